using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Experiments.Json;

/// <summary>Writes records as JSON: camelCase, enums by name, in the order of their properties.</summary>
public static class RecordJson
{
    /// <summary>Indented, for files people read.</summary>
    public static JsonSerializerOptions Options { get; } = Create(indented: true);

    /// <summary>On one line, for hashes, environment variables and messages.</summary>
    public static JsonSerializerOptions Compact { get; } = Create(indented: false);

    /// <summary>Writes a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="forms">
    /// Generated code that writes the record. Reflection finds the form of a record that it does not know, which takes longer.
    /// </param>
    /// <param name="options">One of the options above.</param>
    public static string Write<T>(T record, JsonSerializerContext? forms, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        // Used as a resolver, the context does not prepare what only reading needs.
        var form = (forms as IJsonTypeInfoResolver)?.GetTypeInfo(typeof(T), forms!.Options) as JsonTypeInfo<T>;
        if (form?.SerializeHandler is not { } write)
            return JsonSerializer.Serialize(record, options);
        var text = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(
            text,
            new()
            {
                Encoder = options.Encoder,
                Indented = options.WriteIndented,
                NewLine = options.NewLine,
            }
        );
        write(writer, record);
        writer.Flush();
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static JsonSerializerOptions Create(bool indented)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.General)
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            WriteIndented = indented,
            NewLine = "\n",
            // The files are never embedded in HTML; escaping < and ' would only make them harder to read.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new JsonStringEnumConverter() },
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        };
        options.MakeReadOnly();
        return options;
    }
}
