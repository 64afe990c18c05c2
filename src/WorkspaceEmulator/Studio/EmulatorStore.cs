using System.Runtime.CompilerServices;
using Studio.Runs;
using WorkspaceEmulator.Computes;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Sweeps;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Studio;

/// <summary>Shows the emulator's own state in the studio.</summary>
internal sealed class EmulatorStore(WorkspaceStore workspaces, JobScheduler scheduler, Resubmission resubmission, TimeProvider time)
    : IRunStore
{
    private readonly ConditionalWeakTable<Run, EmulatorRun> shown = [];

    public StoreFacts Facts =>
        new(
            "workspace",
            string.Join(", ", Ordered.Select(workspace => workspace.Name.Name)),
            CanCancel: true,
            CanResubmit: true,
            HasClusters: true
        );

    private IEnumerable<Workspace> Ordered => workspaces.All.OrderBy(workspace => workspace.Name.Key, StringComparer.Ordinal);

    public IReadOnlyList<IStudioRun> List() =>
        [
            .. Ordered
                .SelectMany(workspace => workspace.Runs.Values.Select(run => (workspace, run)))
                .OrderByDescending(pair => pair.run.Document.CreatedAt)
                .ThenByDescending(pair => pair.run.Document.Number)
                .Select(pair => Show(pair.workspace, pair.run)),
        ];

    public IStudioRun? Find(string name) => Locate(name) is var (workspace, run) ? Show(workspace, run) : null;

    public SweepFacts? FindSweep(string name)
    {
        if (Locate(name) is not var (workspace, run) || run.Sweep is not { } sweep)
            return null;
        return new(
            sweep.Metric,
            sweep.IsMaximized,
            sweep.Sampling.Kind.ToString().ToLowerInvariant(),
            sweep.MostTrials,
            sweep.MostConcurrent,
            [
                .. SweepDriver
                    .TrialsOf(workspace, run)
                    .Select(trial => new TrialFacts(
                        trial.Name,
                        trial.Status.ToString(),
                        trial.Document.Trial!.Values,
                        trial.Metrics.Latest().FirstOrDefault(metric => metric.Key == sweep.Metric)?.Value,
                        trial.Document.StartedAt,
                        trial.Document.EndedAt
                    )
                    {
                        IsEndedEarly = trial.Document.Trial!.IsEndedEarly && trial.Status == RunStatus.Canceled,
                    }),
            ]
        );
    }

    public IReadOnlyList<ClusterFacts> ListClusters() =>
        [
            .. Ordered.SelectMany(workspace =>
                workspace
                    .Clusters.Values.OrderBy(cluster => cluster.Name, StringComparer.OrdinalIgnoreCase)
                    .Select(cluster => Describe(workspace, cluster))
            ),
        ];

    public void Cancel(string name)
    {
        if (Locate(name) is var (_, run) && !run.Status.IsTerminal() && run.IsJob)
            scheduler.Cancel(run);
    }

    public (string? Name, string? Fault) Resubmit(string name)
    {
        if (Locate(name) is not var (workspace, run))
            return (null, $"Job '{name}' was not found.");
        var (created, fault) = resubmission.Submit(workspace, run);
        if (created is not null)
            scheduler.Wake();
        return (created, fault);
    }

    private EmulatorRun Show(Workspace workspace, Run run) => shown.GetValue(run, known => new(workspace, known, time));

    private (Workspace Workspace, Run Run)? Locate(string name)
    {
        foreach (var workspace in Ordered)
        {
            if (workspace.Runs.TryGetValue(name, out var run))
                return (workspace, run);
        }

        return null;
    }

    private ClusterFacts Describe(Workspace workspace, Cluster cluster)
    {
        var settings = cluster.Settings;
        return new(
            cluster.Name,
            settings.Size.Name,
            settings.IsLowPriority ? "LowPriority" : "Dedicated",
            settings.MinNodes,
            settings.MaxNodes,
            [
                .. cluster
                    .Snapshot(time.GetUtcNow())
                    .Nodes.Select(node => new NodeFacts(node.Id, node.State.ToString().ToLowerInvariant(), node.RunId)),
            ],
            [
                .. workspace
                    .Runs.Values.Where(run =>
                        run.Job?.ComputeName.Equals(cluster.Name, StringComparison.OrdinalIgnoreCase) == true
                        && run.Status is RunStatus.NotStarted or RunStatus.Queued
                    )
                    .OrderBy(run => run.Document.Number)
                    .Select(run => run.Name),
            ],
            PriceOf(settings)
        );
    }

    private static double? PriceOf(ClusterSettings settings)
    {
        var tier = settings.IsLowPriority ? "LowPriority" : "Standard";
        return settings
            .Size.Prices.Where(price => price.System == "Linux" && price.Tier == tier)
            .Select(price => (double?)price.Price)
            .FirstOrDefault();
    }
}
