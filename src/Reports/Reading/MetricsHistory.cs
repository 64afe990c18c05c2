using System.Text.Json;

namespace Reports.Reading;

/// <summary>The logged metrics of a run: <c>outputs/metrics.jsonl</c>.</summary>
public sealed class MetricsHistory
{
    private const int MostLines = 100_000;
    private readonly List<HistoryLine> logged;

    private MetricsHistory(List<HistoryLine> lines) => logged = lines;

    /// <summary>Gets the last step that was logged; 0 without one.</summary>
    public long LastStep => logged.Count == 0 ? 0 : logged.Max(line => line.Step);

    /// <summary>Gets the seconds of one step at the pace of the run; null when fewer than two steps are known.</summary>
    public double? SecondsPerStep
    {
        get
        {
            var trained = logged.Where(line => line is { Step: > 0, Time: not null }).ToList();
            if (trained.Count < 2)
                return null;
            var (first, last) = (trained[0], trained[^1]);
            var pace = (last.Time!.Value - first.Time!.Value) / (last.Step - first.Step);
            return last.Step > first.Step && pace >= 0 && double.IsFinite(pace) ? pace : null;
        }
    }

    /// <summary>Reads the file; a line that is not complete is skipped.</summary>
    public static MetricsHistory Read(string folder, ICollection<string> notes)
    {
        var lines = new List<HistoryLine>();
        if (JsonFile.Open(folder, "outputs/metrics.jsonl", notes) is { } stream)
        {
            using var reader = new StreamReader(stream);
            while (lines.Count < MostLines && reader.ReadLine() is { } text)
            {
                if (JsonFile.Parse<Dictionary<string, JsonElement>>(text) is { } values && HistoryLine.Of(values) is { } line)
                    lines.Add(line);
            }
        }

        return new MetricsHistory(lines);
    }

    /// <summary>Returns the steps and values of one metric.</summary>
    public IReadOnlyList<(double Step, double Value)> Series(string name) =>
        [.. logged.Where(line => line.Values.ContainsKey(name)).Select(line => ((double)line.Step, line.Values[name]))];

    /// <summary>Returns the last value of each metric.</summary>
    public IReadOnlyDictionary<string, double> Latest()
    {
        var latest = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, value) in logged.SelectMany(line => line.Values))
            latest[name] = value;
        return latest;
    }

    private sealed record HistoryLine(long Step, double? Time, IReadOnlyDictionary<string, double> Values)
    {
        public static HistoryLine? Of(Dictionary<string, JsonElement> values)
        {
            var numbers = values
                .Where(pair => pair.Value.ValueKind == JsonValueKind.Number)
                .Select(pair => (pair.Key, Value: pair.Value.GetDouble()))
                .Where(pair => double.IsFinite(pair.Value))
                .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
            if (!numbers.Remove("step", out var step) || step is < 0 or > 1e15)
                return null;
            double? time = numbers.Remove("time", out var seconds) ? seconds : null;
            return new HistoryLine((long)step, time, numbers);
        }
    }
}
