using Build.Sessions.Jobs.Outcomes;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Logs;

namespace Build.Sessions.Jobs;

/// <summary>Finds what failed trials said at their end: nobody reads twelve logs.</summary>
internal static class TrialErrors
{
    private const int MostLogs = 5;

    /// <summary>Adds the last words of the log to the reasons of the first failed trials.</summary>
    public static async Task<IReadOnlyList<TrialOutcome>> AddAsync(
        BuildContext context,
        WorkspaceClient workspace,
        IReadOnlyList<TrialOutcome> trials,
        TimeProvider time
    )
    {
        var failed = trials.Where(trial => trial.Status == JobStatus.Failed).Take(MostLogs).ToHashSet();
        var all = new List<TrialOutcome>(trials.Count);
        foreach (var trial in trials)
        {
            var words = failed.Contains(trial) ? await ReadAsync(context, workspace, trial.Name, time) : null;
            all.Add(words is null ? trial : trial with { Reason = words.AddTo(trial.Reason) });
        }

        return all;
    }

    /// <returns>Null when the log cannot be read.</returns>
    private static async Task<LastWords?> ReadAsync(BuildContext context, WorkspaceClient workspace, string trial, TimeProvider time)
    {
        var words = new LastWords();
        try
        {
            await foreach (var happened in new JobFollower(workspace, timeProvider: time).FollowAsync(trial, context.Cancellation))
            {
                if (happened is JobLogLine line)
                    words.Add(line.Text);
            }
        }
        catch (WorkspaceException)
        {
            // The sweep has ended, and the service's reason is there.
            return null;
        }

        return words;
    }
}
