using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Studio.Runs;

namespace Studio.Metrics;

/// <summary>
/// Reads the trainer's <c>metrics.jsonl</c> as it grows: each call reads only the lines that were added. A line is an object with
/// <c>step</c>, <c>time</c> (Unix seconds) and one member for each metric.
/// </summary>
public sealed partial class MetricLines
{
    private const int LongestLine = 1024 * 1024;
    private const int MostNames = 2000;
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, Points> metrics = new(StringComparer.Ordinal);
    private long position;

    /// <summary>Gets the number of values that were read.</summary>
    public long Count { get; private set; }

    /// <summary>Reads what was added. A last line without its end is read later, and lines that are no JSON are left out.</summary>
    /// <param name="file">The file, from its beginning; it can seek. A file that became shorter is read again as a whole.</param>
    public void Read(Stream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        lock (gate)
        {
            if (file.Length < position)
            {
                metrics.Clear();
                (position, Count) = (0, 0);
            }

            var buffer = new byte[64 * 1024];
            var filled = 0;
            var isSkipping = false;
            file.Position = position;
            while (file.Read(buffer, filled, buffer.Length - filled) is > 0 and var count)
            {
                filled += count;
                var start = 0;
                while (buffer.AsSpan(start, filled - start).IndexOf((byte)'\n') is >= 0 and var length)
                {
                    if (!isSkipping)
                        Add(buffer.AsMemory(start, length));
                    isSkipping = false;
                    start += length + 1;
                }

                position += start;
                filled -= start;
                buffer.AsSpan(start, filled).CopyTo(buffer);
                if (filled < buffer.Length)
                    continue;
                if (buffer.Length < LongestLine)
                {
                    Array.Resize(ref buffer, buffer.Length * 2);
                }
                else
                {
                    isSkipping = true;
                    position += filled;
                    filled = 0;
                }
            }
        }
    }

    /// <summary>Returns the value of the highest step of each metric, by name.</summary>
    public IReadOnlyList<MetricValue> Latest()
    {
        lock (gate)
            return [.. metrics.Select(pair => new MetricValue(pair.Key, pair.Value.Latest, pair.Value.LatestStep))];
    }

    /// <summary>Returns all values of a metric; null for an unknown one.</summary>
    public MetricSeries? Find(string name)
    {
        lock (gate)
        {
            return metrics.TryGetValue(name, out var points) ? new(name, [.. points.Steps], [.. points.Values], [.. points.Times]) : null;
        }
    }

    private void Add(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return;
            var step = json.RootElement.TryGetProperty("step", out var s) && ValueOf(s) is { } number ? (long)number : 0;
            var time = json.RootElement.TryGetProperty("time", out var t) && ValueOf(t) is { } seconds ? seconds : 0;
            foreach (var member in json.RootElement.EnumerateObject())
            {
                if (member.Name is "step" or "time" || ValueOf(member.Value) is not { } value)
                    continue;
                if (!metrics.TryGetValue(member.Name, out var points))
                {
                    if (metrics.Count == MostNames)
                        continue;
                    metrics[member.Name] = points = new();
                }

                points.Add(step, value, (long)Math.Clamp(time * 1000, 0, 253402300799999));
                Count++;
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or RegexMatchTimeoutException)
        {
            // Not a line of the trainer.
        }
    }

    // Python writes NaN and infinities as JSON does not have them.
    [GeneratedRegex(@"(?<=\"": )(NaN|-?Infinity)(?=[,}])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PythonNumber();

    private static JsonDocument Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException)
        {
            return JsonDocument.Parse(PythonNumber().Replace(Encoding.UTF8.GetString(line.Span), "\"$0\""));
        }
    }

    private static double? ValueOf(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Number => element.TryGetDouble(out var value) ? value : null,
            JsonValueKind.String
                when double.TryParse(element.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        };

    private sealed class Points
    {
        public List<long> Steps { get; } = [];
        public List<double> Values { get; } = [];
        public List<long> Times { get; } = [];
        public double Latest { get; private set; }
        public long LatestStep { get; private set; }

        public void Add(long step, double value, long time)
        {
            if (Steps.Count == 0 || step >= LatestStep)
                (Latest, LatestStep) = (value, step);
            Steps.Add(step);
            Values.Add(value);
            Times.Add(time);
        }
    }
}
