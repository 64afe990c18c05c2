using System.Text;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Sampling;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Sweeps;

/// <summary>
/// Drives sweeps: creates their trials, ends those that fall behind, and ends the sweep with its last trial. All of its state is in the
/// runs, so that a sweep continues after a restart.
/// </summary>
/// <param name="runs">Creates the trials.</param>
/// <param name="time">The clock.</param>
internal sealed class SweepDriver(RunFactory runs, TimeProvider time)
{
    /// <summary>The property of a sweep that names its best trial.</summary>
    public const string BestChild = "best_child_run_id";

    private const string Score = "score";

    /// <summary>Returns the trials of a sweep in their order.</summary>
    public static IReadOnlyList<Run> TrialsOf(Workspace workspace, Run sweep) =>
        [
            .. workspace
                .Runs.Values.Where(run => run.Document.Trial?.Sweep.Equals(sweep.Name, StringComparison.OrdinalIgnoreCase) == true)
                .OrderBy(run => run.Document.Trial!.Number),
        ];

    /// <summary>Does everything that can be done now for a sweep.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="run">The sweep, which has not ended.</param>
    /// <param name="cancel">Cancels a trial.</param>
    public void Advance(Workspace workspace, Run run, Action<Run> cancel)
    {
        var sweep = run.Sweep!;
        var trials = TrialsOf(workspace, run);
        var active = trials.Where(trial => !trial.Status.IsTerminal()).ToList();
        NoteBest(run, sweep, trials);
        var timedOut = run.Deadline <= time.GetUtcNow();
        if (run.Status == RunStatus.CancelRequested || timedOut)
        {
            foreach (var trial in active.Where(trial => trial.Status != RunStatus.CancelRequested))
                cancel(trial);
            if (active.Count == 0)
                EndEarly(run, sweep, timedOut);
            return;
        }

        if (!workspace.Clusters.TryGetValue(sweep.ComputeName, out var cluster))
        {
            if (active.Count == 0)
                End(run, RunStatus.Failed, $"Compute '{sweep.ComputeName}' was deleted while the sweep ran.");
            return;
        }

        run.TryMoveTo(RunStatus.Running);
        Terminate(run, sweep, trials, cancel);
        var room = Math.Min(sweep.MostConcurrent ?? int.MaxValue, cluster.Settings.MaxNodes / sweep.InstanceCount) - active.Count;
        var isExhausted = !Fill(workspace, run, sweep, trials, Math.Max(room, 0));
        // Read again: the last trial may have been created just now.
        var known = TrialsOf(workspace, run);
        if (isExhausted && known.All(trial => trial.Status.IsTerminal()))
        {
            NoteBest(run, sweep, known); // A trial may have ended since the best one was noted.
            End(run, sweep, known);
        }
    }

    /// <summary>Creates trials.</summary>
    /// <returns>Whether another one can follow, now or later.</returns>
    private bool Fill(Workspace workspace, Run run, SweepJob sweep, IReadOnlyList<Run> trials, int room)
    {
        // A number whose file was damaged is free again, and gets the same values.
        var taken = trials.Select(trial => trial.Document.Trial!.Number).ToHashSet();
        var results = trials.Select(trial => ResultOf(sweep, trial)).ToList();
        for (var number = 0; number < (sweep.MostTrials ?? SweepJob.TrialLimit); number++)
        {
            if (taken.Contains(number))
                continue;
            if (room-- == 0)
                return true;
            if (Sampler.Sample(sweep.Space, sweep.Sampling, SeedOf(run), number, results) is not { } values)
                return false;
            if (Create(workspace, run, number, values) is not { } trial)
            {
                End(run, RunStatus.Failed, $"Trial {number} could not be created: job '{NameOf(run, number)}' already exists.");
                return true;
            }

            Log(run, $"{trial.Name} is submitted with {values.ToJsonString()}.");
            results.Add(new(values, null, IsActive: true));
        }

        return false;
    }

    private Run? Create(Workspace workspace, Run run, int number, JsonObject values)
    {
        var texts = values.ToDictionary(pair => pair.Key, pair => Distribution.TextOf(pair.Value!), StringComparer.Ordinal);
        var definition = SweepJobReader.TrialOf(run.Document.Definition!, texts);
        definition["resources"] ??= new JsonObject { ["instanceCount"] = 1, ["shmSize"] = "2g" };
        return runs.TryCreate(
            workspace,
            NameOf(run, number),
            run.Document.ExperimentName,
            RunStatus.NotStarted,
            $"{run.Document.DisplayName} ({number})",
            null,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["hyperparameters"] = values.ToJsonString(),
                ["mlflow.parentRunId"] = run.Name,
            },
            run.Document.Properties.Where(pair => pair.Key is not (BestChild or Score)).ToDictionary(StringComparer.Ordinal),
            definition,
            new(CommandJobReader.ReadStored(definition)),
            new(run.Name, number, values)
        );
    }

    private static void Terminate(Run run, SweepJob sweep, IReadOnlyList<Run> trials, Action<Run> cancel)
    {
        if (sweep.EarlyTermination is not { } policy)
            return;
        var logged = trials.ToDictionary(trial => trial, trial => ValuesOf(sweep, trial));
        foreach (var trial in trials.Where(trial => trial.Status == RunStatus.Running))
        {
            // Decided again whenever something is logged: others may reach this interval later.
            var others = logged.Where(pair => pair.Key != trial).Select(pair => pair.Value);
            if (policy.Decide(logged[trial], [.. others], sweep.IsMaximized) is not { } reason)
                continue;
            Log(run, $"{trial.Name} is ended early: {reason}.");
            trial.LogSystem($"The early termination policy ends the trial: {reason}.");
            trial.Update(document => document with { Trial = document.Trial! with { IsEndedEarly = true } });
            cancel(trial);
        }
    }

    private static void EndEarly(Run run, SweepJob sweep, bool timedOut)
    {
        if (run.Status == RunStatus.CancelRequested || !timedOut)
        {
            End(run, RunStatus.Canceled, null);
            return;
        }

        End(
            run,
            RunStatus.Failed,
            $"The sweep ran longer than its limit of {Durations.Format(sweep.Timeout!.Value)} (limits.timeout) and was ended."
        );
    }

    private static void End(Run run, SweepJob sweep, IReadOnlyList<Run> trials)
    {
        if (trials.Any(trial => trial.Status == RunStatus.Completed))
        {
            End(run, RunStatus.Completed, null);
            return;
        }

        var first = trials.FirstOrDefault(trial => trial.Status == RunStatus.Failed);
        End(
            run,
            RunStatus.Failed,
            $"None of the {trials.Count} trials completed with a value of '{sweep.Metric}'."
                + (first is null ? "" : $" {first.Name}: {first.Document.ErrorMessage}")
        );
    }

    private static void End(Run run, RunStatus status, string? reason)
    {
        Log(run, $"The sweep is {status}{(reason is null ? "." : $": {reason}")}");
        run.TryMoveTo(status, reason is null ? null : "UserError", reason);
    }

    // Properties of a job are never changed by requests; the service itself keeps this one current.
    private static void NoteBest(Run run, SweepJob sweep, IReadOnlyList<Run> trials)
    {
        var best = trials
            .Where(trial => trial.Status == RunStatus.Completed)
            .Select(trial => (trial.Name, Score: ScoreOf(sweep, trial)))
            .Where(trial => trial.Score is { } score && double.IsFinite(score))
            .OrderByDescending(trial => trial.Score)
            .FirstOrDefault();
        if (best.Score is not { } score || run.Document.Properties.GetValueOrDefault(BestChild) == best.Name)
            return;
        var shown = JsonValue.Create(sweep.IsMaximized ? score : -score);
        Log(run, $"{best.Name} is the best trial so far.");
        run.Update(document =>
            document with
            {
                Properties = Run.Merge(document.Properties, [new(BestChild, best.Name), new(Score, shown.ToJsonString())]),
            }
        );
    }

    private static TrialResult ResultOf(SweepJob sweep, Run trial) =>
        new(trial.Document.Trial!.Values, trial.Status.IsTerminal() ? ScoreOf(sweep, trial) : null, IsActive: !trial.Status.IsTerminal());

    /// <summary>Returns the last value of the metric, where more is better: that of the model which the trial leaves.</summary>
    private static double? ScoreOf(SweepJob sweep, Run trial) => ValuesOf(sweep, trial) is [.., var last] ? last : null;

    /// <summary>Returns the value of the metric at each step, where more is better. A resumed trial logs some steps again.</summary>
    private static IReadOnlyList<double> ValuesOf(SweepJob sweep, Run trial)
    {
        var values = new SortedDictionary<long, double>();
        foreach (var point in trial.Metrics.History(sweep.Metric))
            values[point.Step] = sweep.IsMaximized ? point.Value : -point.Value;
        return [.. values.Values];
    }

    private static string NameOf(Run run, int number) => $"{run.Name}_{number}";

    // The same after a restart, and another one for each sweep.
    private static int SeedOf(Run run) =>
        (int)run.Document.Name.ToLowerInvariant().Aggregate(2166136261u, (hash, letter) => unchecked((hash ^ letter) * 16777619u))
        & int.MaxValue;

    private static void Log(Run run, string text)
    {
        try
        {
            using var log = run.Files.OpenAppend(RunArtifacts.SweepLog);
            log.Write(Encoding.UTF8.GetBytes($"{text}\n"));
        }
        catch (IOException)
        {
            // The disk is full. The sweep does not depend on its log.
        }
    }
}
