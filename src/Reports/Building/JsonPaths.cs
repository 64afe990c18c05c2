using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reports.Building;

/// <summary>Reads values of JSON that a job wrote, whatever its shape.</summary>
internal static class JsonPaths
{
    private const int MostValues = 2000;

    /// <summary>Returns the value at a path as text; null when it is missing, null or not a plain value.</summary>
    public static string? Text(this JsonObject? json, params ReadOnlySpan<string> path)
    {
        JsonNode? node = json;
        foreach (var key in path)
            node = node is JsonObject members && members.TryGetPropertyValue(key, out var member) ? member : null;
        return node is JsonValue value ? Shown(value) : null;
    }

    /// <summary>Returns every plain value by its path, such as <c>RUN_PARAMS.STEPS</c>; a list is one value.</summary>
    public static IReadOnlyDictionary<string, string> Values(this JsonObject? json)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(json, "", values);
        return values;
    }

    private static void Add(JsonNode? node, string path, Dictionary<string, string> values)
    {
        if (values.Count >= MostValues)
            return;
        switch (node)
        {
            case JsonObject members:
                foreach (var (key, member) in members)
                    Add(member, path.Length == 0 ? key : $"{path}.{key}", values);
                break;
            case JsonArray list:
                values[path] = list.ToJsonString();
                break;
            case JsonValue value:
                values[path] = Shown(value);
                break;
            default:
                break;
        }
    }

    // Python writes 2.0 where the plan has 2.
    private static string Shown(JsonValue value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.Number => double.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out var number)
                ? number.ToString(CultureInfo.InvariantCulture)
                : value.ToJsonString(),
            _ => value.ToJsonString(),
        };
}
