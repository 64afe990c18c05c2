using System.Buffers;
using System.Text.Json;
using System.Xml;
using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>Writes members that have a value and omits the others: the service distinguishes a missing member from null.</summary>
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

    public static void WriteOptional(this Utf8JsonWriter writer, string name, Uri? value) =>
        writer.WriteOptional(name, value is { IsAbsoluteUri: true } ? value.AbsoluteUri : value?.OriginalString);

    /// <summary>Writes JSON as it is given.</summary>
    public static void WriteOptional(this Utf8JsonWriter writer, string name, BinaryData? value)
    {
        if (value is not null)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(value.ToMemory().Span);
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
        WriteMap(writer, name, values, static (to, key, value) => to.WriteString(key, value));

    public static void WriteOptional(this Utf8JsonWriter writer, string name, IDictionary<string, BinaryData>? values) =>
        WriteMap(writer, name, values, static (to, key, value) => to.WriteOptional(key, value));

    public static void WriteOptional<T>(this Utf8JsonWriter writer, string name, IDictionary<string, T>? values)
        where T : IJsonWritable => WriteMap(writer, name, values, static (to, key, value) => to.WriteOptional(key, value));

    /// <summary>Of a kind that is not known the members are not known either: sending it back would drop them.</summary>
    public static NotSupportedException Unwritable(string what, string kind) => new($"A {what} of type '{kind}' can be read but not sent.");

    private static void WriteMap<T>(
        Utf8JsonWriter writer,
        string name,
        IDictionary<string, T>? values,
        Action<Utf8JsonWriter, string, T> write
    )
    {
        if (values is null or UnsetDictionary<T> { Count: 0 })
            return;

        writer.WriteStartObject(name);
        foreach (var (key, value) in values)
            write(writer, key, value);

        writer.WriteEndObject();
    }
}
