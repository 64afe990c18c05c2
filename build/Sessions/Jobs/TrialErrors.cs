using Build.Sessions.Jobs.Outcomes;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Logs;

namespace Build.Sessions.Jobs;

/// <summary>Finds what failed trials said at their end: the service knows only the exit code, and nobody reads twelve logs.</summary>
internal static class TrialErrors
{
    private const int MostLogs = 5;
    private const int LongestLine = 500; // characters
    private const string Error = "error: "; // how the trainer begins its last line

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
            all.Add(words is null ? trial : trial with { Reason = $"{trial.Reason} Its log ends with: {words}".TrimStart() });
        }

        return all;
    }

    /// <summary>Returns the last error of a log, else its last line; null when it is empty or cannot be read.</summary>
    private static async Task<string?> ReadAsync(BuildContext context, WorkspaceClient workspace, string trial, TimeProvider time)
    {
        string? last = null;
        string? error = null;
        try
        {
            await foreach (var happened in new JobFollower(workspace, timeProvider: time).FollowAsync(trial, context.Cancellation))
            {
                if (happened is not JobLogLine { Text: var text } || string.IsNullOrWhiteSpace(text))
                    continue;
                last = text;
                if (text.StartsWith(Error, StringComparison.Ordinal))
                    error = text;
            }
        }
        catch (WorkspaceException)
        {
            // The sweep has ended, and the service's reason is there.
            return null;
        }

        var words = (error ?? last)?.Trim();
        if (words is not { Length: > LongestLine })
            return words;
        return $"{words[..(char.IsHighSurrogate(words[LongestLine - 1]) ? LongestLine - 1 : LongestLine)]}…";
    }
}
