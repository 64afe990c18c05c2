using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Reports.Records;

namespace Reports.Reading;

/// <summary>The artifacts of a job that a report is made of. Every one may be missing.</summary>
public sealed partial class RunArtifacts
{
    /// <summary>The files that a baseline is compared by, relative to the artifacts.</summary>
    public static IReadOnlyList<string> OfBaseline { get; } =
    [
        "outputs/evaluation.json",
        "outputs/final_model/exp_config.json",
        "outputs/final_model/metrics.json",
        "outputs/final_model/passport.json",
        "outputs/ground_truth.json",
        "outputs/metrics.jsonl",
        "outputs/predictions.json",
    ];

    /// <summary>The files that a report is made of, relative to the artifacts.</summary>
    public static IReadOnlyList<string> OfRun { get; } =
    [.. OfBaseline, .. Enumerable.Range(1, MostPictures).Select(number => $"{PictureFolder}/worst_{number}.png"), Log];

    private const string PictureFolder = "outputs/worst";
    private const string Log = "user_logs/std_log.txt";
    private const string LogOfFirstProcess = "user_logs/std_log_process_0.txt";
    private const int MostPictures = 6;
    private const int LogLines = 30;
    private const int LogBytes = 64 * 1024;
    private const long PictureBytes = 1_500_000;

    private RunArtifacts(string folder) => Folder = folder;

    /// <summary>Gets the absolute path of the folder.</summary>
    public string Folder { get; }

    /// <summary>Gets the exp_config with every key; null when it is missing.</summary>
    public JsonObject? Config { get; private init; }

    /// <summary>Gets the run passport; null when it is missing.</summary>
    public JsonObject? Passport { get; private init; }

    /// <summary>Gets the final metrics; null when they are missing.</summary>
    public IReadOnlyDictionary<string, double>? Metrics { get; private init; }

    /// <summary>Gets the 95 % intervals of the final metrics, by the name of the metric; empty when there are none.</summary>
    public IReadOnlyDictionary<string, MetricInterval> Intervals { get; private init; } =
        new Dictionary<string, MetricInterval>(StringComparer.Ordinal);

    /// <summary>Gets the logged metrics.</summary>
    public required MetricsHistory History { get; init; }

    /// <summary>Gets the evaluation; null when it is missing.</summary>
    public Evaluation? Evaluation { get; private init; }

    /// <summary>Gets the last lines of the job's log.</summary>
    public IReadOnlyList<string> LogTail { get; private init; } = [];

    /// <summary>Gets one sentence for each file that could not be read.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>Reads an artifacts folder, which may be missing.</summary>
    public static RunArtifacts Read(string folder)
    {
        var notes = new List<string>();
        var metrics = JsonFile.Read<Dictionary<string, JsonElement>>(folder, "outputs/final_model/metrics.json", notes);
        return new RunArtifacts(Path.GetFullPath(folder))
        {
            Config = JsonFile.Read<JsonObject>(folder, "outputs/final_model/exp_config.json", notes),
            Passport = JsonFile.Read<JsonObject>(folder, "outputs/final_model/passport.json", notes),
            Metrics = metrics
                ?.Where(pair => pair.Value.ValueKind == JsonValueKind.Number)
                .ToDictionary(pair => pair.Key, pair => pair.Value.GetDouble(), StringComparer.Ordinal),
            Intervals = IntervalsOf(metrics),
            History = MetricsHistory.Read(folder, notes),
            Evaluation = JsonFile.Read<Evaluation>(folder, "outputs/evaluation.json", notes)?.Checked(),
            LogTail = ReadTail(folder, notes),
            Notes = notes,
        };
    }

    /// <summary>Returns the paths of the pictures of the worst images that exist, relative to the artifacts.</summary>
    public IReadOnlyList<string> Pictures() =>
        [.. (Evaluation?.WorstImages ?? []).Select(PathOf).OfType<string>().Distinct(StringComparer.Ordinal).Take(MostPictures)];

    /// <summary>Returns the path of an image's picture, relative to the artifacts; null when it is missing.</summary>
    public string? PathOf(WorstImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var path = $"{PictureFolder}/{image.Picture}";
        return PictureName().IsMatch(image.Picture) && File.Exists(Path.Combine(Folder, path)) ? path : null;
    }

    /// <summary>Reads a picture; null when it is not a PNG file or too large to embed.</summary>
    /// <param name="path">One of <see cref="Pictures"/>.</param>
    public byte[]? ReadPicture(string path)
    {
        if (JsonFile.Open(Folder, path, [], PictureBytes) is not { } stream)
            return null;
        using (stream)
        {
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return IsPng(bytes) ? bytes : null;
        }
    }

    private static Dictionary<string, MetricInterval> IntervalsOf(Dictionary<string, JsonElement>? metrics)
    {
        var intervals = new Dictionary<string, MetricInterval>(StringComparer.Ordinal);
        if (metrics is null || !metrics.TryGetValue("intervals", out var all) || Member(all, "metrics") is not { } byName)
            return intervals;
        foreach (var metric in byName.EnumerateObject())
        {
            if (Number(metric.Value, "low") is { } low && Number(metric.Value, "high") is { } high && low <= high)
                intervals[metric.Name] = new(low, high);
        }

        return intervals;
    }

    private static JsonElement? Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Object
            ? member
            : null;

    private static double? Number(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object
        && value.TryGetProperty(name, out var member)
        && member.ValueKind == JsonValueKind.Number
        && member.GetDouble() is var number
        && double.IsFinite(number)
            ? number
            : null;

    private static bool IsPng(ReadOnlySpan<byte> bytes) => bytes.StartsWith<byte>([0x89, .. "PNG\r\n"u8, 0x1a, (byte)'\n']);

    private static List<string> ReadTail(string folder, ICollection<string> notes)
    {
        var log = File.Exists(Path.Combine(folder, LogOfFirstProcess)) ? LogOfFirstProcess : Log;
        if (JsonFile.Open(folder, log, notes, long.MaxValue) is not { } stream)
            return [];
        using (stream)
        {
            stream.Position = Math.Max(0, stream.Length - LogBytes);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            var lines = reader.ReadToEnd().Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Trim().Length > 0);
            return [.. lines.TakeLast(LogLines)];
        }
    }

    [GeneratedRegex(@"^worst_[1-6]\.png\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PictureName();
}
