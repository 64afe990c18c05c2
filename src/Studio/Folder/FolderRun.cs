using System.Globalization;
using System.Text.Json.Nodes;
using Studio.Metrics;
using Studio.Queries;
using Studio.Runs;

namespace Studio.Folder;

/// <summary>
/// Shows a job by its fetched artifacts. What Train wrote beside them (<c>outcome.json</c>, <c>plan.json</c>) tells state, times and tags;
/// without these files the artifacts alone do.
/// </summary>
/// <param name="name">Name of the job.</param>
/// <param name="files">Its artifacts.</param>
/// <param name="data">The datasets; null when they are not on this machine.</param>
/// <param name="shared">The folder in which Check-Data writes <c>data.json</c>.</param>
internal sealed class FolderRun(string name, PlainFolder files, PlainFolder? data, PlainFolder shared) : IStudioRun
{
    private const string Log = "user_logs/std_log.txt";
    private const string Metrics = "outputs/metrics.jsonl";
    private const string Model = "outputs/final_model";
    private const long MostBytes = 8 * 1024 * 1024;
    private readonly MetricLines metrics = new();

    public string Name => name;
    public bool HasEnded => true;

    public string Revision =>
        string.Join(
            ' ',
            new[] { "outcome.json", "plan.json", $"{Model}/passport.json", Log, Metrics }.Select(path => Stamp(files.FindFile(path)))
        );

    public long MetricCount => ReadMetrics().Count;
    public long LogBytes => files.FindFile(Log)?.Length ?? 0;

    public RunFacts Facts
    {
        get
        {
            var outcome = Read("outcome.json");
            var plan = Read("plan.json");
            var job = plan?["job"] as JsonObject;
            return new(
                name,
                FolderSweep.Read(outcome, null) is null ? "command" : "sweep",
                Json.Text(outcome, "status") ?? (files.HasFolder(Model) ? "Completed" : "Unknown")
            )
            {
                Experiment = Json.Text(outcome, "experiment") ?? Json.Text(job, "experimentName"),
                DisplayName = Json.Text(job, "displayName"),
                Created = Time(outcome, "started") ?? WrittenAt(files.FindFile(Log)),
                Started = Time(outcome, "started"),
                Ended = Time(outcome, "ended"),
                Compute = Json.Text(plan?["compute"] as JsonObject, "name"),
                Error = Json.Text(outcome, "reason"),
                Tags = Texts(outcome?["tags"] as JsonObject),
                Config = job?["config"] as JsonObject ?? Read($"{Model}/exp_config.json"),
                Passport = Read($"{Model}/passport.json") ?? plan?["passport"] as JsonObject,
                Inputs = Ports(job?["inputs"] as JsonObject),
                Outputs = Ports(job?["outputs"] as JsonObject),
            };
        }
    }

    /// <summary>Returns the trials; null when the job is no sweep.</summary>
    public SweepFacts? ReadSweep() =>
        FolderSweep.Read(Read("outcome.json"), (Read("plan.json")?["job"] as JsonObject)?["sweep"] as JsonObject);

    public string? ImagesFault =>
        data is null ? "The images are not among the artifacts; --data=FOLDER names the folder of the dataset."
        : ImageFolder() is null ? "The folder of --data has no images of this job: neither IMAGE_TYPE/images nor images."
        : null;

    /// <summary>Returns whether a folder holds the artifacts of a job.</summary>
    public static bool IsJob(PlainFolder folder) => folder.HasFolder("outputs") || folder.HasFolder("user_logs");

    public IReadOnlyList<MetricValue> LatestMetrics() => ReadMetrics().Latest();

    public MetricSeries? FindMetric(string name) => ReadMetrics().Find(name);

    public IReadOnlyList<Artifact> ListArtifacts() =>
        [.. files.ListFiles().Select(found => new Artifact(found.Path, found.File.Length, new(found.File.LastWriteTimeUtc)))];

    public Stream? OpenArtifact(string path) => files.Open(path);

    public Stream? OpenLog() => files.Open(Log);

    public Stream? OpenImage(string file) =>
        ImageFolder() is { } folder && PlainFolder.IsPath(file) ? data!.Open($"{folder}/{file}") : null;

    public (JsonNode? Data, string? Fault) ReadDataCheck()
    {
        if (Read(shared, "data.json") is not { } check)
            return (null, "The folder of the artifacts has no data.json, which Check-Data writes.");
        var isSame = DataChecks.HashOf(Facts) is { } hash ? hash == Json.Text(check, "hash") : DataChecks.HasNamesOf(Facts, check);
        return isSame ? (check, null) : (null, "The data.json beside the artifacts is about another dataset than that of this job.");
    }

    private string? ImageFolder() =>
        new[] { $"{Json.Text(Facts.Config, "IMAGE_TYPE")}/images", "images" }.FirstOrDefault(path =>
            PlainFolder.IsPath(path) && data?.HasFolder(path) == true
        );

    private MetricLines ReadMetrics()
    {
        using var file = files.Open(Metrics);
        if (file is not null)
            metrics.Read(file);
        return metrics;
    }

    private JsonObject? Read(string path) => Read(files, path);

    private static JsonObject? Read(PlainFolder folder, string path) => Json.Read(folder.Open(path), MostBytes) as JsonObject;

    private static DateTimeOffset? WrittenAt(FileInfo? file) => file is null ? null : new DateTimeOffset(file.LastWriteTimeUtc);

    private static string Stamp(FileInfo? file) =>
        file is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc.Ticks}/{file.Length}");

    private static DateTimeOffset? Time(JsonObject? json, string member) =>
        DateTimeOffset.TryParse(Json.Text(json, member), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    private static Dictionary<string, string> Texts(JsonObject? json) =>
        (json ?? []).ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? "", StringComparer.Ordinal);

    private static IReadOnlyList<RunPort> Ports(JsonObject? json) =>
        [.. (json ?? []).Select(pair => new RunPort(pair.Key, null, pair.Value?.ToString(), null))];
}
