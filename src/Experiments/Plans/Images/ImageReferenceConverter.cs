using System.Text.Json;
using System.Text.Json.Serialization;

namespace Experiments.Plans.Images;

/// <summary>Converts an image reference from and to its text.</summary>
internal sealed class ImageReferenceConverter : JsonConverter<ImageReference>
{
    public override ImageReference Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } text ? ImageReference.Parse(text) : throw new JsonException("an image reference is null");

    public override void Write(Utf8JsonWriter writer, ImageReference value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
