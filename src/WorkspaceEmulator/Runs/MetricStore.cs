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

    // The values of the metrics to which a value was added that is not newer than all others, as at a retry.
    private readonly Dictionary<string, HashSet<MetricPoint>> compared = new(StringComparer.Ordinal);
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

    /// <summary>
    /// Stores values. One with the name, step, timestamp and value of another is ignored, as MLflow's own store does: a client whose
    /// response was lost sends its values again.
    /// </summary>
    /// <exception cref="IOException">They cannot be written; none of them is stored.</exception>
    public void Add(IReadOnlyList<MetricPoint> points)
    {
        List<MetricPoint> added;
        lock (gate)
        {
            var known = Load();
            added = [.. points.Distinct().Where(point => !IsKnown(known, point))];
            if (added.Count == 0)
                return;
            Write(string.Concat(added.Select(point => point.ToJson().ToJsonString() + "\n")));
            foreach (var point in added)
                Append(known, point);
        }

        Added?.Invoke(added);
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

    private bool IsKnown(Dictionary<string, List<MetricPoint>> known, MetricPoint point)
    {
        // Nearly all values are newer than all before them.
        if (!latest.TryGetValue(point.Key, out var newest) || IsAfter(point, newest))
            return false;
        if (!compared.TryGetValue(point.Key, out var values))
            compared[point.Key] = values = [.. known[point.Key]];
        return values.Contains(point);
    }

    private static bool IsAfter(MetricPoint point, MetricPoint other) =>
        (point.Step, point.Timestamp).CompareTo((other.Step, other.Timestamp)) > 0;

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
        if (compared.TryGetValue(point.Key, out var values))
            values.Add(point);
        count++;
        if (!latest.TryGetValue(point.Key, out var best) || !IsAfter(best, point))
            latest[point.Key] = point;
    }
}
