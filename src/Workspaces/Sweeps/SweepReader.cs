using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Json;
using Experiments.Plans.Jobs;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;

namespace Workspaces.Sweeps;

/// <summary>Reads a sweep and its trials.</summary>
/// <param name="workspace">The sweep's workspace.</param>
public sealed class SweepReader(WorkspaceClient workspace)
{
    private const string ValuesTag = "hyperparameters";
    private const int ConcurrentReads = 4;

    // A trial that has ended logs nothing more.
    private readonly Dictionary<string, Trial> ended = new(StringComparer.Ordinal);

    /// <summary>Reads the experiment of a job, and what it compares.</summary>
    /// <returns>The sweep is null for a job of another kind.</returns>
    /// <exception cref="WorkspaceException">404: the job does not exist; or the service refused or did not respond.</exception>
    public async Task<(string Experiment, SweepSettings? Sweep)> ReadJobAsync(string jobName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        var job = await ServiceErrors.GuardAsync(
            () => workspace.Resource.GetMachineLearningJobAsync(jobName, cancellationToken),
            cancellationToken
        );
        var properties = job.Value.Data.Properties;
        return (
            properties.ExperimentName ?? "Default",
            properties is MachineLearningSweepJob sweep
                ? new(
                    sweep.Objective.PrimaryMetric,
                    sweep.Objective.Goal == MachineLearningGoal.Maximize,
                    sweep.Limits?.MaxTotalTrials,
                    sweep.Limits?.MaxConcurrentTrials
                )
                {
                    HasPolicy = sweep.EarlyTermination is not null,
                    Timeout = sweep.Limits?.Timeout,
                }
                : null
        );
    }

    /// <summary>Reads the state of a sweep once.</summary>
    /// <exception cref="WorkspaceException">404: the job does not exist; or the service refused or did not respond.</exception>
    public Task<SweepState> ReadStateAsync(string jobName, SweepSettings settings, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        ArgumentNullException.ThrowIfNull(settings);
        return ServiceErrors.GuardAsync(() => ReadAsync(jobName, settings, cancellationToken), cancellationToken);
    }

    /// <summary>Reads the state of a sweep. Trials that have ended are read once.</summary>
    /// <exception cref="Azure.RequestFailedException">The service refused.</exception>
    internal async Task<SweepState> ReadAsync(string jobName, SweepSettings settings, CancellationToken cancellationToken)
    {
        // The sweep first: once it has ended, so have all of its trials.
        var details = await workspace.RunHistory.GetDetailsAsync(jobName, cancellationToken);
        var children = await workspace.RunHistory.GetChildrenAsync(jobName, cancellationToken);
        var isCanceled = IsCanceled(details);
        // And again after the trials: a sweep is cancelled before its trials are.
        var hasCanceled = children.Any(child => child.Details.Status == JobStatus.Canceled && !ended.ContainsKey(child.Name));
        if (settings.HasPolicy && !isCanceled && hasCanceled)
            isCanceled = IsCanceled(await workspace.RunHistory.GetDetailsAsync(jobName, cancellationToken));
        var end = new SweepEnd(isCanceled, details.Started, settings.Timeout);
        var trials = new Trial[children.Count];
        await Parallel.ForAsync(
            0,
            trials.Length,
            new ParallelOptions { MaxDegreeOfParallelism = ConcurrentReads, CancellationToken = cancellationToken },
            async (index, stop) => trials[index] = await ReadTrialAsync(children[index], settings, end, stop)
        );
        foreach (var trial in trials.Where(trial => trial.Status.IsTerminal()))
            ended[trial.Name] = trial;
        return new(details.Status, details.Error, settings, [.. trials.OrderBy(trial => NumberOf(trial.Name))]);
    }

    private async Task<Trial> ReadTrialAsync(ChildRun child, SweepSettings settings, SweepEnd sweep, CancellationToken cancellationToken)
    {
        if (ended.TryGetValue(child.Name, out var known))
            return known;
        var status = child.Details.Status;
        var hasStarted = child.Details.Started is not null;
        var (metrics, last) = hasStarted
            ? await workspace.Tracking.GetMetricsAsync(child.Name, cancellationToken)
            : (new Dictionary<string, double>(StringComparer.Ordinal), null);
        double? value = metrics.TryGetValue(settings.Metric, out var logged) ? logged : null;
        return new(
            child.Name,
            status,
            ValuesOf(child.Details.Tags.GetValueOrDefault(ValuesTag)),
            value,
            last?.Step ?? 0,
            // A policy decides by what the trial has logged. Any other trial was cancelled by somebody, or with the sweep.
            IsEndedEarly: status == JobStatus.Canceled && settings.HasPolicy && value is not null && !sweep.Ends(child.Details),
            child.Details.Error,
            child.Details.Started,
            child.Details.Ended
        );
    }

    /// <summary>How a sweep cancels its trials: all of them when it is cancelled itself, or when its time is up.</summary>
    private readonly record struct SweepEnd(bool IsCanceled, DateTimeOffset? Started, TimeSpan? Timeout)
    {
        // The difference of two times always exists; a time and a long limit may have no sum.
        public bool Ends(RunDetails trial) => IsCanceled || trial.Ended - Started >= Timeout;
    }

    private static bool IsCanceled(RunDetails details) => details.Status is JobStatus.Canceled or JobStatus.CancelRequested;

    // Whoever can write tags can write this one.
    private static SortedDictionary<string, string> ValuesOf(string? tag)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in ForeignJson.Parse(tag) as JsonObject ?? [])
        {
            values[SweepPlan.KeyOf(name)] =
                value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value?.ToJsonString() ?? "null";
        }

        return values;
    }

    private static int NumberOf(string name) =>
        int.TryParse(name.AsSpan(name.LastIndexOf('_') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : int.MaxValue;
}
