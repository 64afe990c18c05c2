using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Runs;

/// <summary>
/// Represents one value of a metric. <paramref name="Timestamp"/> is Unix milliseconds; the value may be NaN or infinite.
/// </summary>
internal sealed record MetricPoint(string Key, double Value, long Timestamp, long Step)
{
    /// <summary>Converts it to JSON. NaN and infinities are texts, as in protobuf's JSON.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["key"] = Key,
            ["value"] = double.IsFinite(Value) ? JsonValue.Create(Value) : JsonValue.Create(Value.ToString(CultureInfo.InvariantCulture)),
            ["timestamp"] = Timestamp,
            ["step"] = Step,
        };

    /// <summary>Reads it from JSON; null when key or value is missing.</summary>
    public static MetricPoint? Read(JsonNode? json, long now)
    {
        if (json.Text("key") is not { Length: > 0 } key || json?["value"] is not JsonValue raw)
            return null;
        double? value = raw.GetValueKind() switch
        {
            JsonValueKind.Number => raw.GetValue<double>(),
            JsonValueKind.String
                when double.TryParse(raw.GetValue<string>(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        };
        return value is { } found ? new(key, found, json.Integer("timestamp") ?? now, json.Integer("step") ?? 0) : null;
    }
}
