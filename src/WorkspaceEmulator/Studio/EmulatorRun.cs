using System.Globalization;
using System.Text.Json.Nodes;
using Experiments.Json;
using Studio.Queries;
using Studio.Runs;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Studio;

/// <summary>Shows one job of the emulator. Its files are opened by <see cref="ConfinedFolder"/>, which follows no link.</summary>
internal sealed class EmulatorRun(Workspace workspace, Run run, TimeProvider time) : IStudioRun
{
    private const string ConfigVariable = "EXP_CONFIG";
    private const string PassportVariable = "RUN_PASSPORT";
    private const int MostDataChecks = 50; // the newest ones are read
    private const long MostBytes = 8 * 1024 * 1024;
    private Description? described;

    public string Name => run.Name;
    public string Revision => $"{run.Document.ModifiedAt.UtcTicks.ToString(CultureInfo.InvariantCulture)} {run.Status} {NodeOf()}";
    public bool HasEnded => run.Status.IsTerminal();
    public long MetricCount => run.Metrics.Count;
    public long LogBytes => run.Files.Find(LogPath) is { IsFile: true } log ? log.Length : 0;

    public RunFacts Facts
    {
        get
        {
            var (document, node) = (run.Document, NodeOf());
            if (described is not { } known || !ReferenceEquals(known.Document, document) || known.Node != node)
                described = known = new(document, node, Describe(document, node));
            return known.Facts;
        }
    }

    public string? ImagesFault => DatasetImages.Locate(workspace, run, Facts.Config).Fault;

    private string LogPath => run.Sweep is null ? Run.UserLog : RunArtifacts.SweepLog;

    public IReadOnlyList<MetricValue> LatestMetrics() =>
        [.. run.Metrics.Latest().Select(point => new MetricValue(point.Key, point.Value, point.Step))];

    public MetricSeries? FindMetric(string name) =>
        run.Metrics.History(name) is { Count: > 0 } points
            ? new(
                name,
                [.. points.Select(point => point.Step)],
                [.. points.Select(point => point.Value)],
                [.. points.Select(point => point.Timestamp)]
            )
            : null;

    public IReadOnlyList<Artifact> ListArtifacts() =>
        [
            .. run
                .Artifacts.List()
                .Select(path => (path, facts: run.Artifacts.Find(path)))
                .Where(found => found.facts is not null)
                .Select(found => new Artifact(found.path, found.facts!.Length, found.facts.ModifiedAt)),
        ];

    public Stream? OpenArtifact(string path) => run.Artifacts.Open(path);

    public Stream? OpenLog() => run.Files.OpenRead(LogPath) is { } file ? new FileSnapshot(file) : null;

    public Stream? OpenImage(string file)
    {
        var (folder, path, _) = DatasetImages.Locate(workspace, run, Facts.Config);
        return folder is not null && ConfinedFolder.IsPath(file) && folder.OpenRead($"{path}/{file}") is { } found
            ? new FileSnapshot(found)
            : null;
    }

    // A job chooses its tags, so that the hash is checked before it becomes the name of a file.
    public (JsonNode? Data, string? Fault) ReadDataCheck()
    {
        var folder = new DirectoryInfo(workspace.StateFolder.DataChecks);
        if (!DataChecks.IsHash(DataChecks.HashOf(Facts)))
        {
            return FindDataCheck(folder) is { } found
                ? (found, null)
                : (null, "The job has no tag dataset_hash, and Check-Data has examined no dataset of its IMAGE_TYPE and CSV files here.");
        }

        var hash = DataChecks.HashOf(Facts)!;
        var file = new FileInfo(Path.Combine(folder.FullName, $"{hash}.json"));
        if (!file.Exists || file.Length > MostBytes)
            return (null, $"Check-Data has not examined the dataset {hash[..12]} in this checkout.");
        return Parse(File.ReadAllText(file.FullName)) is { } data ? (data, null) : (null, $"{file.Name} of the data checks is damaged.");
    }

    // A dataset with faults has no hash, and a job that failed on them has no tag of it.
    private JsonObject? FindDataCheck(DirectoryInfo folder)
    {
        if (!folder.Exists || Facts.Config is null)
            return null;
        return folder
            .GetFiles("*.json")
            .Where(file => file.Length <= MostBytes && file.Name[0] != '.')
            .OrderByDescending(file => file.LastWriteTimeUtc)
            .Take(MostDataChecks)
            .Select(file => Parse(File.ReadAllText(file.FullName)))
            .FirstOrDefault(data => data is not null && DataChecks.HasNamesOf(Facts, data));
    }

    private string? NodeOf() =>
        run is { ComputeName: { } compute, Status: RunStatus.Running or RunStatus.Preparing or RunStatus.Finalizing }
        && workspace.Clusters.TryGetValue(compute, out var cluster)
            ? cluster.Snapshot(time.GetUtcNow()).Nodes.FirstOrDefault(node => node.RunId == run.Name)?.Id
            : null;

    private RunFacts Describe(RunDocument document, string? node)
    {
        var definition = document.Definition;
        var variables = (definition.Object("trial") ?? definition).Texts("environmentVariables");
        return new(document.Name, KindOf(run), document.Status.ToString())
        {
            Experiment = document.ExperimentName,
            DisplayName = document.DisplayName,
            Parent = document.Parent,
            Created = document.CreatedAt,
            Started = document.StartedAt,
            Ended = document.EndedAt,
            Node = node,
            Compute = run.ComputeName,
            Error = document.ErrorMessage,
            Tags = document.Tags,
            Parameters = document.Trial is { } trial
                ? trial.Values.ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? "", StringComparer.Ordinal)
                : document.Parameters,
            Config = Parse(variables.GetValueOrDefault(ConfigVariable)),
            Passport = Parse(variables.GetValueOrDefault(PassportVariable)),
            Inputs = Ports(definition.Object("inputs"), "jobInputType"),
            Outputs = Ports(definition.Object("outputs"), "jobOutputType"),
        };
    }

    private static string KindOf(Run run) =>
        run.Sweep is not null ? "sweep"
        : run.Pipeline is not null ? "pipeline"
        : "command";

    private static IReadOnlyList<RunPort> Ports(JsonObject? ports, string type) =>
        [
            .. (ports ?? []).Select(port => new RunPort(
                port.Key,
                port.Value.Text(type),
                port.Value.Text("uri") ?? port.Value.Text("value"),
                port.Value.Text("mode")
            )),
        ];

    // Any job may have a variable of that name.
    private static JsonObject? Parse(string? text) => ForeignJson.Parse(text) as JsonObject;

    private sealed record Description(RunDocument Document, string? Node, RunFacts Facts);
}
