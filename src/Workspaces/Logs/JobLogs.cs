using System.Globalization;
using System.Text.RegularExpressions;
using Workspaces.DataPlane;

namespace Workspaces.Logs;

/// <summary>Tracks the logs of a job's own output by name: <c>user_logs/std_log*.txt</c>.</summary>
internal sealed partial class JobLogs(LogClient client)
{
    private readonly SortedDictionary<string, JobLog> logs = new(StringComparer.Ordinal);
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    /// <summary>Gets the logs, ordered by name.</summary>
    public IReadOnlyCollection<JobLog> All => logs.Values;

    /// <summary>Adds the new files of a list: each is a log of its own, or the content of a log before a rotation.</summary>
    public void Update(IEnumerable<string> files)
    {
        foreach (var unrelated in logs.Values.ToArray().SelectMany(log => log.UnrelatedFiles.ToArray()))
            logs.TryAdd(unrelated, new JobLog(unrelated, client));

        var added = files.Where(file => IsLog(file) && known.Add(file)).ToArray();
        foreach (var file in added.Where(file => OwnerOf(file) is null))
            logs.TryAdd(file, new JobLog(file, client));

        foreach (
            var (file, owner) in added
                .Select(file => (File: file, Owner: OwnerOf(file)))
                .Where(pair => pair.Owner is not null)
                .OrderBy(pair => pair.Owner!.Value.Number)
        )
        {
            logs[owner!.Value.File].AddCandidate(file);
        }
    }

    /// <summary>Returns whether a file of the job's artifacts is such a log, or its content before a rotation.</summary>
    public static bool IsLog(string file) => UserLog().IsMatch(file);

    /// <summary>Returns whether one of the files is the content of a log before a rotation.</summary>
    public static bool HasRotated(IEnumerable<string> files)
    {
        var names = files.Where(IsLog).ToHashSet(StringComparer.Ordinal);
        return names.Any(file => Rotated().Match(file) is { Success: true } match && names.Contains($"{match.Groups["stem"].Value}.txt"));
    }

    /// <summary>Records that the job restarts on another node.</summary>
    public void OnNodeLost()
    {
        foreach (var log in logs.Values)
            log.OnNodeLost();
    }

    // std_log_process_0.txt is the log of a process, since there is no std_log_process.txt. std_log_0.txt is an older std_log.txt, if that
    // exists.
    private (string File, int Number)? OwnerOf(string file) =>
        Rotated().Match(file) is { Success: true } match && $"{match.Groups["stem"].Value}.txt" is var owner && known.Contains(owner)
            ? (owner, int.Parse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture))
            : null;

    [GeneratedRegex(@"^user_logs/std_log.*\.txt$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UserLog();

    [GeneratedRegex(
        @"^(?<stem>.+)_(?<number>[0-9]{1,9})\.txt$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Rotated();
}
