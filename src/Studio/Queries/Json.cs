using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Experiments.Json;

namespace Studio.Queries;

/// <summary>Converts values to the JSON that the page reads, and reads JSON that a job wrote.</summary>
internal static class Json
{
    /// <summary>Returns a time in ISO 8601, UTC.</summary>
    public static JsonNode? Of(DateTimeOffset? time) =>
        time is { } known
            ? JsonValue.Create(known.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))
            : null;

    /// <summary>Returns a number; NaN and infinities become texts, as JSON has none.</summary>
    public static JsonNode Of(double value) =>
        double.IsFinite(value) ? JsonValue.Create(value) : JsonValue.Create(value.ToString(CultureInfo.InvariantCulture));

    public static JsonNode? Of(double? value) => value is { } known ? Of(known) : null;

    public static JsonObject Of(IEnumerable<KeyValuePair<string, string>> texts) =>
        new(texts.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value)));

    public static JsonArray Of(IEnumerable<JsonNode?> nodes) => [.. nodes];

    /// <summary>Reads JSON; null when it is damaged, larger than a limit, has a duplicate member or half a surrogate pair.</summary>
    /// <param name="stream">The content, which is disposed; null gives null.</param>
    /// <param name="mostBytes">The most bytes that are read.</param>
    public static JsonNode? Read(Stream? stream, long mostBytes)
    {
        using var content = stream;
        return content is null || content.Length > mostBytes ? null : ForeignJson.Read(content);
    }

    /// <summary>Parses JSON; null when it is damaged, has a duplicate member or half a surrogate pair.</summary>
    public static JsonNode? Parse(string? text) => ForeignJson.Parse(text);

    /// <summary>Returns a member's text; null when it is no text.</summary>
    public static string? Text(JsonNode? json, string member) =>
        Member(json, member) is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>Returns a member's number; null when it is no number.</summary>
    public static double? Number(JsonNode? json, string member) =>
        Member(json, member) is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? value.GetValue<double>() : null;

    /// <summary>Returns a member; null when it is missing.</summary>
    public static JsonNode? Member(JsonNode? json, string member) => (json as JsonObject)?[member];
}
