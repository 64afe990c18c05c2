using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Runs;

/// <summary>Stores a run's metrics: all values in memory, and appended to a file of JSON lines that is read at the first use.</summary>
internal sealed class MetricStore(string file)
{
    private readonly Lock gate = new();
    private Dictionary<string, List<MetricPoint>>? loaded;

    /// <summary>Gets or sets what is called with logged values; null for nothing.</summary>
    public Action<IReadOnlyList<MetricPoint>>? Added { get; set; }

    public void Add(IReadOnlyList<MetricPoint> points)
    {
        if (points.Count == 0)
            return;
        lock (gate)
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
        lock (gate)
            return Load().TryGetValue(key, out var points) ? [.. points] : [];
    }

    /// <summary>Returns the value of the highest step of each metric, the newest among equals, as MLflow shows it.</summary>
    public IReadOnlyList<MetricPoint> Latest()
    {
        lock (gate)
        {
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
    }

    private Dictionary<string, List<MetricPoint>> Load()
    {
        if (loaded is not null)
            return loaded;
        var points = new Dictionary<string, List<MetricPoint>>(StringComparer.Ordinal);
        if (File.Exists(file))
        {
            foreach (var line in File.ReadLines(file))
            {
                // After a crash the last line may be incomplete.
                if (line.EndsWith('}') && MetricPoint.Read(JsonNode.Parse(line), 0) is { } point)
                    Append(points, point);
            }
        }

        return loaded = points;
    }

    private static void Append(Dictionary<string, List<MetricPoint>> points, MetricPoint point)
    {
        if (!points.TryGetValue(point.Key, out var history))
            points[point.Key] = history = [];
        history.Add(point);
    }
}
