using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Runs;

/// <summary>One value of a metric. <paramref name="Timestamp"/> is Unix milliseconds; the value may be NaN or infinite.</summary>
internal sealed record MetricPoint(string Key, double Value, long Timestamp, long Step)
{
    /// <summary>The wire form; NaN and infinities are texts, as in protobuf's JSON.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["key"] = Key,
            ["value"] = double.IsFinite(Value) ? JsonValue.Create(Value) : JsonValue.Create(Value.ToString(CultureInfo.InvariantCulture)),
            ["timestamp"] = Timestamp,
            ["step"] = Step,
        };

    /// <summary>Reads the wire form; null when key or value is missing.</summary>
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

/// <summary>A run's metrics: every value in memory, appended to a file of JSON lines that is read when first asked for.</summary>
internal sealed class MetricStore(string file)
{
    private readonly Lock _gate = new();
    private Dictionary<string, List<MetricPoint>>? _points;

    /// <summary>Called with values that have been logged; null while nobody asks.</summary>
    public Action<IReadOnlyList<MetricPoint>>? Added { get; set; }

    public void Add(IReadOnlyList<MetricPoint> points)
    {
        if (points.Count == 0)
            return;
        lock (_gate)
        {
            var known = Load();
            File.AppendAllLines(file, points.Select(point => point.ToJson().ToJsonString()));
            foreach (var point in points)
                Append(known, point);
        }

        Added?.Invoke(points);
    }

    public IReadOnlyList<MetricPoint> History(string key)
    {
        lock (_gate)
            return Load().TryGetValue(key, out var points) ? [.. points] : [];
    }

    /// <summary>Of each metric the value of its highest step, the newest among equals, as MLflow shows it.</summary>
    public IReadOnlyList<MetricPoint> Latest()
    {
        lock (_gate)
            return
            [
                .. Load()
                    .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    .Select(pair =>
                        pair.Value.Aggregate(
                            (best, next) => (next.Step, next.Timestamp).CompareTo((best.Step, best.Timestamp)) >= 0 ? next : best
                        )
                    ),
            ];
    }

    private Dictionary<string, List<MetricPoint>> Load()
    {
        if (_points is not null)
            return _points;
        var points = new Dictionary<string, List<MetricPoint>>(StringComparer.Ordinal);
        if (File.Exists(file))
        {
            foreach (var line in File.ReadLines(file))
            {
                // A crash may have cut the last line short.
                if (line.EndsWith('}') && MetricPoint.Read(JsonNode.Parse(line), 0) is { } point)
                    Append(points, point);
            }
        }

        return _points = points;
    }

    private static void Append(Dictionary<string, List<MetricPoint>> points, MetricPoint point)
    {
        if (!points.TryGetValue(point.Key, out var history))
            points[point.Key] = history = [];
        history.Add(point);
    }
}
