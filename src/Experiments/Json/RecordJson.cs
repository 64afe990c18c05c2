using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Experiments.Json;

/// <summary>How records are written as JSON: camelCase, enums by name, in the order of their properties.</summary>
public static class RecordJson
{
    /// <summary>Indented, for files people read.</summary>
    public static JsonSerializerOptions Options { get; } = Create(indented: true);

    /// <summary>On one line, for hashes, environment variables and messages.</summary>
    public static JsonSerializerOptions Compact { get; } = Create(indented: false);

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
            TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
        };
        options.MakeReadOnly();
        return options;
    }
}
