using System.Buffers;
using System.Text.Json;
using System.Xml;
using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>Writes members that have a value and omits the others, because the service distinguishes a missing member from null.</summary>
internal static class JsonWriting
{
    public static RequestContent ToContent(IJsonWritable model)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            writer.WriteModel(model);

        return RequestContent.Create(buffer.WrittenMemory);
    }

    public static void WriteModel(this Utf8JsonWriter writer, IJsonWritable model)
    {
        writer.WriteStartObject();
        model.WriteMembers(writer);
        writer.WriteEndObject();
    }

    public static void WriteOptional(this Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    public static void WriteOptional(this Utf8JsonWriter writer, string name, bool? value)
    {
        if (value is { } given)
            writer.WriteBoolean(name, given);
    }

    public static void WriteOptional(this Utf8JsonWriter writer, string name, int? value)
    {
        if (value is { } given)
            writer.WriteNumber(name, given);
    }

    /// <summary>Writes an ISO 8601 duration, such as <c>PT15M</c>.</summary>
    public static void WriteOptional(this Utf8JsonWriter writer, string name, TimeSpan? value) =>
        writer.WriteOptional(name, value is { } given ? XmlConvert.ToString(given) : null);

    /// <exception cref="InvalidOperationException">The URI is relative.</exception>
    public static void WriteOptional(this Utf8JsonWriter writer, string name, Uri? value) => writer.WriteOptional(name, value?.AbsoluteUri);

    /// <summary>Writes JSON as it is given.</summary>
    public static void WriteOptional(this Utf8JsonWriter writer, string name, BinaryData? value)
    {
        if (value is not null)
        {
            writer.WritePropertyName(name);
            writer.WriteRaw(value);
        }
    }

    public static void WriteOptional(this Utf8JsonWriter writer, string name, IJsonWritable? value)
    {
        if (value is not null)
        {
            writer.WritePropertyName(name);
            writer.WriteModel(value);
        }
    }

    public static void WriteOptional(this Utf8JsonWriter writer, string name, IDictionary<string, string>? values) =>
        WriteMap(writer, name, values, static (to, value) => to.WriteStringValue(value));

    public static void WriteOptional(this Utf8JsonWriter writer, string name, IDictionary<string, BinaryData>? values) =>
        WriteMap(writer, name, values, WriteRaw);

    public static void WriteOptional<T>(this Utf8JsonWriter writer, string name, IDictionary<string, T>? values)
        where T : IJsonWritable => WriteMap(writer, name, values, static (to, value) => to.WriteModel(value));

    /// <summary>Writes a list of texts by the rules of a map: null as null, an untouched one not at all.</summary>
    public static void WriteList<T>(this Utf8JsonWriter writer, string name, IList<T>? values, Func<T, string> textOf)
    {
        if (values is UnsetList<T> { IsUnset: true })
            return;

        if (values is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(textOf(value));

        writer.WriteEndArray();
    }

    /// <summary>
    /// Writes the members of an object of a kind that this subset does not know, except those that its base class writes.
    /// </summary>
    /// <param name="writer">Takes the members.</param>
    /// <param name="json">The object as it was read; undefined where a caller made it.</param>
    /// <param name="written">Names that the base class writes, and names of read-only members.</param>
    public static void WriteOthers(this Utf8JsonWriter writer, JsonElement json, params ReadOnlySpan<string> written)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return;

        foreach (var member in json.EnumerateObject())
        {
            if (!written.Contains(member.Name))
                member.WriteTo(writer);
        }
    }

    private static void WriteRaw(this Utf8JsonWriter writer, BinaryData value) => writer.WriteRawValue(value.ToMemory().Span);

    /// <summary>Writes a map, except one that was never touched. A map set to null and an entry set to null are written as null.</summary>
    private static void WriteMap<T>(Utf8JsonWriter writer, string name, IDictionary<string, T>? values, Action<Utf8JsonWriter, T> write)
    {
        if (values is UnsetDictionary<T> { IsUnset: true })
            return;

        if (values is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartObject(name);
        foreach (var (key, value) in values)
        {
            writer.WritePropertyName(key);
            if (value is null)
                writer.WriteNullValue();
            else
                write(writer, value);
        }

        writer.WriteEndObject();
    }
}
