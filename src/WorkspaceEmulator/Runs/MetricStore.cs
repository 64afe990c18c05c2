using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Runs;

/// <summary>Stores a run's metrics: all values in memory, and appended to a file of JSON lines that is read at the first use.</summary>
/// <param name="files">The run's folder.</param>
/// <param name="warnings">Receives a warning about lines that cannot be read.</param>
internal sealed class MetricStore(ConfinedFolder files, StateWarnings warnings)
{
    private const string FileName = "metrics.jsonl";
    private readonly Lock gate = new();
    private Dictionary<string, List<MetricPoint>>? loaded;
    private readonly SortedDictionary<string, MetricPoint> latest = new(StringComparer.Ordinal);
    private long count;
    private bool endsInALine = true;

    /// <summary>Gets the number of logged values.</summary>
    public long Count
    {
        get
        {
            lock (gate)
            {
                Load();
                return count;
            }
        }
    }

    /// <summary>Gets or sets what is called with logged values; null for nothing.</summary>
    public Action<IReadOnlyList<MetricPoint>>? Added { get; set; }

    /// <summary>Stores values.</summary>
    /// <exception cref="IOException">They cannot be written; none of them is stored.</exception>
    public void Add(IReadOnlyList<MetricPoint> points)
    {
        if (points.Count == 0)
            return;
        lock (gate)
        {
            var known = Load();
            Write(string.Concat(points.Select(point => point.ToJson().ToJsonString() + "\n")));
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
            Load();
            return [.. latest.Values];
        }
    }

    private void Write(string lines)
    {
        using var file = files.OpenAppend(FileName);
        var length = file.Length;
        try
        {
            file.Write(Encoding.UTF8.GetBytes(endsInALine ? lines : "\n" + lines));
            endsInALine = true;
        }
        catch (IOException)
        {
            file.SetLength(length); // Half a line would spoil the next one.
            throw;
        }
    }

    private Dictionary<string, List<MetricPoint>> Load()
    {
        if (loaded is not null)
            return loaded;
        var points = new Dictionary<string, List<MetricPoint>>(StringComparer.Ordinal);
        var lines = (files.ReadText(FileName) ?? "").Split('\n');
        var unreadable = 0;
        foreach (var line in lines)
        {
            if (Read(line) is { } point)
                Append(points, point);
            else if (line.Length > 0)
                unreadable++;
        }

        endsInALine = lines[^1].Length == 0;
        // After a crash the last line may be incomplete.
        if (unreadable > (endsInALine ? 0 : 1))
            warnings.Add($"{files.PathOf(FileName)} is damaged: {unreadable} of its lines cannot be read, and their values are left out.");
        return loaded = points;
    }

    private static MetricPoint? Read(string line)
    {
        try
        {
            return line.EndsWith('}') ? MetricPoint.Read(JsonNode.Parse(line), 0) : null;
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private void Append(Dictionary<string, List<MetricPoint>> points, MetricPoint point)
    {
        if (!points.TryGetValue(point.Key, out var history))
            points[point.Key] = history = [];
        history.Add(point);
        count++;
        if (!latest.TryGetValue(point.Key, out var best) || (point.Step, point.Timestamp).CompareTo((best.Step, best.Timestamp)) >= 0)
            latest[point.Key] = point;
    }
}
