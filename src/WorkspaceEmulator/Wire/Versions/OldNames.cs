using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Wire.Versions;

/// <summary>Translates the names of types that run history uses, and ARM used up to 2022-02-01-preview.</summary>
internal static class OldNames
{
    private const string LastVersion = "2022-02-01-preview";
    private static readonly string[] Members = ["dataType", "modelType", "jobInputType", "jobOutputType"];

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["uri_file"] = "UriFile",
        ["uri_folder"] = "UriFolder",
        ["mltable"] = "MLTable",
        ["custom_model"] = "CustomModel",
        ["mlflow_model"] = "MLFlowModel",
        ["triton_model"] = "TritonModel",
        ["literal"] = "Literal",
    };

    private static readonly Dictionary<string, string> Present = Names.ToDictionary(
        pair => pair.Value,
        pair => pair.Key,
        StringComparer.Ordinal
    );

    /// <summary>Returns the old name of a type.</summary>
    public static string Of(string type) => Names.GetValueOrDefault(type, type);

    /// <summary>Returns whether an api-version has the old names.</summary>
    public static bool AreIn(string version) => version.Length > 0 && string.CompareOrdinal(version, LastVersion) <= 0;

    /// <summary>Replaces the old names in a request.</summary>
    public static void Replace(JsonNode? body) => Translate(body, Present);

    /// <summary>Restores the old names in a response.</summary>
    public static void Restore(JsonNode? body) => Translate(body, Names);

    private static void Translate(JsonNode? node, Dictionary<string, string> names)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array)
                Translate(item, names);
        }

        if (node is not JsonObject json)
            return;
        foreach (var (member, value) in json.ToList())
        {
            if (value is not JsonValue)
            {
                Translate(value, names);
                continue;
            }

            if (
                Members.Contains(member, StringComparer.Ordinal)
                && value.GetValueKind() == JsonValueKind.String
                && names.TryGetValue(value.GetValue<string>(), out var other)
            )
            {
                json[member] = other;
            }
        }
    }
}
