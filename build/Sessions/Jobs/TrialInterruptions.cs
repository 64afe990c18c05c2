using Build.Sessions.Jobs.Outcomes;
using Workspaces.Connection;
using Workspaces.Errors;
using Workspaces.Logs;
using Workspaces.Sweeps;

namespace Build.Sessions.Jobs;

/// <summary>Finds the losses of nodes of the trials of a sweep, in their logs and metrics.</summary>
internal static class TrialInterruptions
{
    private const int ConcurrentReads = 4;

    /// <summary>The metric that the trainer logs as training proceeds.</summary>
    private const string Metric = "train_loss";

    /// <summary>Reads the losses of trials that have ended, in the order of the trials.</summary>
    public static async Task<IReadOnlyList<Interruption>> ReadAsync(
        BuildContext context,
        WorkspaceClient workspace,
        IReadOnlyList<Trial> trials,
        TimeProvider time
    )
    {
        var found = new IReadOnlyList<Interruption>[trials.Count];
        await Parallel.ForAsync(
            0,
            trials.Count,
            new ParallelOptions { MaxDegreeOfParallelism = ConcurrentReads, CancellationToken = context.Cancellation },
            async (place, _) => found[place] = await ReadAsync(context, workspace, trials[place], time)
        );
        return [.. found.SelectMany(losses => losses)];
    }

    /// <summary>Adds the trial, the attempts and the time that each loss cost.</summary>
    /// <param name="losses">The losses of the trial, oldest first.</param>
    /// <param name="trial">The trial.</param>
    /// <param name="steps">When each step was logged, in order.</param>
    internal static IReadOnlyList<Interruption> Complete(
        IReadOnlyList<Interruption> losses,
        Trial trial,
        IReadOnlyList<(long Step, DateTimeOffset Time)> steps
    ) =>
        [
            .. losses.Select(
                (loss, place) =>
                    loss with
                    {
                        Trial = trial.Name,
                        Attempt = place + 1,
                        SecondsLost =
                            // Nothing new was done between this loss and the next one, whose time includes that of this one.
                            place + 1
                                < losses.Count
                            && losses[place + 1].StoppedAfter == loss.StoppedAfter
                                ? null
                                : SecondsAfter(loss.StoppedAfter, trial, steps),
                    }
            ),
        ];

    private static double? SecondsAfter(int step, Trial trial, IReadOnlyList<(long Step, DateTimeOffset Time)> steps)
    {
        DateTimeOffset? last = steps.Any(logged => logged.Step <= step) ? steps.Last(logged => logged.Step <= step).Time : trial.Started;
        return steps.Any(logged => logged.Step > step) && last is { } before
            ? Math.Round(Math.Max((steps.First(logged => logged.Step > step).Time - before).TotalSeconds, 0), 1)
            : null;
    }

    private static async Task<IReadOnlyList<Interruption>> ReadAsync(
        BuildContext context,
        WorkspaceClient workspace,
        Trial trial,
        TimeProvider time
    )
    {
        var logs = new TrialLogs(workspace);
        try
        {
            if (trial.Started is null || !await logs.HasEarlierAsync(trial.Name, context.Cancellation))
                return [];
            var log = new InterruptionLog(time);
            await foreach (var happened in new JobFollower(workspace, timeProvider: time).FollowAsync(trial.Name, context.Cancellation))
            {
                if (happened is JobLogLine line)
                    log.AddPast(line.Text);
            }

            return log.All is { Count: > 0 } losses
                ? Complete(losses, trial, await logs.ReadStepsAsync(trial.Name, Metric, context.Cancellation))
                : [];
        }
        catch (WorkspaceException error)
        {
            // The sweep has ended, and its outcome does not depend on this.
            context.Warn($"Whether {trial.Name} lost a node is unknown: {error.Message}");
            return [];
        }
    }
}
