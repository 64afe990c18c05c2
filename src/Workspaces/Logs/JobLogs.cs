using System.Globalization;
using System.Text.RegularExpressions;
using Workspaces.DataPlane;

namespace Workspaces.Logs;

/// <summary>The logs of a job's own output, by name: <c>user_logs/std_log*.txt</c>.</summary>
internal sealed partial class JobLogs(LogClient client)
{
    private readonly SortedDictionary<string, JobLog> logs = new(StringComparer.Ordinal);
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    public IReadOnlyCollection<JobLog> All => logs.Values;

    /// <summary>Learns of the files a list names: each is a log of its own, or what a log was before it was rotated.</summary>
    public void Learn(IEnumerable<string> files)
    {
        foreach (var stranger in logs.Values.ToArray().SelectMany(log => log.Strangers.ToArray()))
        {
            logs.TryAdd(stranger, new JobLog(stranger, client));
        }

        var added = files.Where(file => UserLog().IsMatch(file) && known.Add(file)).ToArray();
        foreach (var file in added.Where(file => OwnerOf(file) is null))
        {
            logs.TryAdd(file, new JobLog(file, client));
        }

        foreach (
            var (file, owner) in added
                .Select(file => (File: file, Owner: OwnerOf(file)))
                .Where(pair => pair.Owner is not null)
                .OrderBy(pair => pair.Owner!.Value.Number)
        )
        {
            logs[owner!.Value.File].Offer(file);
        }
    }

    /// <summary>The job starts anew on another node.</summary>
    public void LoseNode()
    {
        foreach (var log in logs.Values)
        {
            log.LoseNode();
        }
    }

    // std_log_process_0.txt is the log of a process: nobody knows a std_log_process.txt. std_log_0.txt is an older std_log.txt, where there is one.
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
