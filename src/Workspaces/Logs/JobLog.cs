using Workspaces.DataPlane;

namespace Workspaces.Logs;

/// <summary>
/// One log of a job as one stream of lines, also where the service rotates it: <c>std_log.txt</c> then begins anew, and what it held is called
/// <c>std_log_0.txt</c>, <c>std_log_1.txt</c> and so on from then on.
/// </summary>
/// <remarks>
/// Bytes read from the file that grows count only once a later list of the job's files shows that it was not rotated in between: a part that begins
/// in the middle of the next file looks like any other.
/// </remarks>
/// <param name="file">Name of the file that grows.</param>
/// <param name="client">Reads it.</param>
internal sealed class JobLog(string file, LogClient client)
{
    private readonly LogLines splitter = new();
    private readonly List<string> lines = [];
    private readonly List<string> offered = [];
    private readonly List<LogTail> finished = [];
    private readonly Queue<LogTail> rotated = new();
    private LogTail current = new(file, client);
    private int attempts = int.MaxValue;
    private bool lostItsNode;

    public string File => file;

    /// <summary>Files that could not be read to their end, with what the last attempt met.</summary>
    public IEnumerable<(string File, Exception Fault)> Unread =>
        finished.Append(current).Where(tail => tail.LastFault is not null).Select(tail => (tail.File, tail.LastFault!));

    /// <summary>Files that were offered and are none of this log's.</summary>
    public List<string> Strangers { get; } = [];

    /// <summary>Whether nothing is under way that a further read could settle.</summary>
    public bool IsSettled =>
        offered.Count == 0 && rotated.Count == 0 && !current.IsDoubtful && (current.LastFault is null || current.Faults >= attempts);

    /// <summary>A file that may hold what this log was before it was rotated; they come in the order of their age.</summary>
    public void Offer(string rotatedFile) => offered.Add(rotatedFile);

    /// <summary>The job starts anew on another node: what it wrote so far ends a line, also where the line was not whole.</summary>
    public void LoseNode() => lostItsNode = true;

    /// <summary>No more will be written: a file that fails this many times in a row is given up.</summary>
    public void GiveUpAfter(int failedReads) => attempts = failedReads;

    /// <summary>Reads the next part.</summary>
    /// <param name="urls">A list of the job's files that is younger than the last read.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<LogStep> ReadAsync(IReadOnlyDictionary<string, string> urls, CancellationToken cancellationToken)
    {
        if (offered.Count > 0 && !await JoinAsync(urls, cancellationToken))
        {
            return LogStep.Nothing;
        }

        current.Keep(splitter, lines.Add);
        return rotated.TryPeek(out var old)
            ? await ReadRotatedAsync(old, urls, cancellationToken)
            : await ReadCurrentAsync(urls, cancellationToken);
    }

    /// <summary>The lines that have come since the last call.</summary>
    public IReadOnlyList<string> TakeLines()
    {
        string[] taken = [.. lines];
        lines.Clear();
        return taken;
    }

    /// <summary>The job has ended and its log was read: takes what is left, and the last line also without its end.</summary>
    public async Task FinishAsync(IReadOnlyDictionary<string, string> urls, CancellationToken cancellationToken)
    {
        current.Keep(splitter, lines.Add);
        splitter.Finish(lines.Add);

        // A file that was taken for a rotated one and grew all the same is no loss either.
        foreach (var old in finished.Where(tail => tail.LastFault is null))
        {
            if (urls.TryGetValue(old.File, out var url) && (await old.ReadAsync(new Uri(url), cancellationToken)).News)
            {
                old.Keep(splitter, lines.Add);
                splitter.Finish(lines.Add);
            }
        }
    }

    /// <returns>False when it is not known yet whether the log was rotated.</returns>
    private async Task<bool> JoinAsync(IReadOnlyDictionary<string, string> urls, CancellationToken cancellationToken)
    {
        var isOurs = urls.TryGetValue(offered[0], out var url) ? await current.BeginsLikeAsync(new Uri(url), cancellationToken) : null;
        if (isOurs == true)
        {
            rotated.Enqueue(current.Renamed(offered[0]));
            foreach (var other in offered.Skip(1))
            {
                rotated.Enqueue(new LogTail(other, client));
            }

            current = new LogTail(file, client);
        }
        else if (isOurs == false || current.Faults >= attempts)
        {
            Strangers.AddRange(offered);
        }
        else
        {
            return false;
        }

        offered.Clear();
        return true;
    }

    private async Task<LogStep> ReadRotatedAsync(LogTail old, IReadOnlyDictionary<string, string> urls, CancellationToken cancellationToken)
    {
        if (!urls.TryGetValue(old.File, out var url))
        {
            return LogStep.Nothing;
        }

        var (end, news) = await old.ReadAsync(new Uri(url), cancellationToken);
        old.Keep(splitter, lines.Add);
        if (end is null ? old.Faults < attempts : old.IsDoubtful && !old.IsReplaced)
        {
            return new LogStep(news, Again: false);
        }

        if (!news)
        {
            finished.Add(rotated.Dequeue());
            if (lostItsNode && rotated.Count == 0)
            {
                splitter.Finish(lines.Add);
                lostItsNode = false;
            }
        }

        return new LogStep(news, Again: true);
    }

    private async Task<LogStep> ReadCurrentAsync(IReadOnlyDictionary<string, string> urls, CancellationToken cancellationToken)
    {
        if (!urls.TryGetValue(file, out var url))
        {
            return LogStep.Nothing;
        }

        var (end, news) = await current.ReadAsync(new Uri(url), cancellationToken);
        if (current.IsReplaced)
        {
            splitter.Finish(lines.Add);
            current = new LogTail(file, client);
            return new LogStep(News: true, Again: false);
        }

        return new LogStep(news, Again: false, Hurry: end == LogEnd.NotReached);
    }
}

/// <summary>What a read of a log brought.</summary>
/// <param name="News">Whether anything came.</param>
/// <param name="Again">Whether the next read can follow at once, with the same list of files.</param>
/// <param name="Hurry">Whether there is more to read as soon as the list of files is read again.</param>
internal readonly record struct LogStep(bool News, bool Again, bool Hurry = false)
{
    public static LogStep Nothing => default;
}
