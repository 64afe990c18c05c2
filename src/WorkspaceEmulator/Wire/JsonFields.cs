using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Wire;

/// <summary>Reads members of bodies whose types the client chose. A member of another type counts as missing.</summary>
internal static class JsonFields
{
    public static JsonObject? Object(this JsonNode? node, string name) => (node as JsonObject)?[name] as JsonObject;

    public static JsonArray? Array(this JsonNode? node, string name) => (node as JsonObject)?[name] as JsonArray;

    public static string? Text(this JsonNode? node, string name) =>
        (node as JsonObject)?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static bool Flag(this JsonNode? node, string name) =>
        (node as JsonObject)?[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    /// <summary>Reads a whole number, also one that was sent as text, as 64-bit numbers of MLflow may be.</summary>
    public static long? Integer(this JsonNode? node, string name)
    {
        if ((node as JsonObject)?[name] is not JsonValue value)
            return null;
        return value.GetValueKind() switch
        {
            JsonValueKind.Number when value.TryGetValue<int>(out var number) => number, // JSON that was created here, not parsed.
            JsonValueKind.Number when value.TryGetValue<long>(out var number) => number,
            JsonValueKind.Number when value.TryGetValue<double>(out var number) => (long)number,
            JsonValueKind.String when long.TryParse(value.GetValue<string>(), out var number) => number,
            _ => null,
        };
    }

    /// <summary>Reads the members whose value is text, in their order.</summary>
    public static Dictionary<string, string> Texts(this JsonNode? node, string name)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in node.Object(name) ?? [])
        {
            if (value is JsonValue text && text.TryGetValue<string>(out var found))
                texts[key] = found;
        }

        return texts;
    }

    public static JsonObject ToJson(this IEnumerable<KeyValuePair<string, string>> texts)
    {
        var json = new JsonObject();
        foreach (var (key, value) in texts)
            json[key] = value;
        return json;
    }

    public static JsonArray ToJsonArray(this IEnumerable<JsonNode?> nodes) => new([.. nodes]);

    public static JsonObject Clone(this JsonObject json) => (JsonObject)json.DeepClone();

    /// <summary>Removes members that are null, as the service's responses omit them.</summary>
    public static JsonObject WithoutNulls(this JsonObject json)
    {
        foreach (var name in json.Where(member => member.Value is null).Select(member => member.Key).ToList())
            json.Remove(name);
        foreach (var (_, value) in json)
        {
            if (value is JsonObject inner)
                inner.WithoutNulls();
        }

        return json;
    }
}
