using Workspaces.DataPlane;

namespace Workspaces.Logs;

/// <summary>
/// Reads one log of a job as one stream of lines, even when the service rotates it: <c>std_log.txt</c> then starts empty, and its earlier
/// content is renamed to <c>std_log_0.txt</c>, <c>std_log_1.txt</c> and so on.
/// </summary>
/// <remarks>
/// Bytes read from the growing file count only once a later list of the job's files shows that the file was not rotated in between.
/// Otherwise a part from the middle of the next file could not be distinguished from the expected one.
/// </remarks>
/// <param name="file">Name of the growing file.</param>
/// <param name="client">Reads the files.</param>
internal sealed class JobLog(string file, LogClient client)
{
    private readonly LogLines splitter = new();
    private List<string> lines = [];
    private List<string> taken = [];
    private readonly List<string> candidates = [];
    private readonly List<LogTail> finished = [];
    private readonly Queue<LogTail> rotated = new();
    private LogTail current = new(file, client);
    private int attempts = int.MaxValue;
    private bool hasLostNode;

    /// <summary>Gets the name of the growing file.</summary>
    public string File => file;

    /// <summary>Gets the files that could not be read to their end, each with its last error.</summary>
    public IEnumerable<(string File, Exception Fault)> Unread =>
        finished.Append(current).Where(tail => tail.LastFault is not null).Select(tail => (tail.File, tail.LastFault!));

    /// <summary>Gets candidates that turned out not to belong to this log.</summary>
    public List<string> UnrelatedFiles { get; } = [];

    /// <summary>Gets whether a further read cannot change the state of the log.</summary>
    public bool IsSettled =>
        candidates.Count == 0 && rotated.Count == 0 && !current.MayBeReplaced && (current.LastFault is null || current.Faults >= attempts);

    /// <summary>Adds a file that may hold the content of this log before a rotation. Files must be added oldest first.</summary>
    public void AddCandidate(string candidate) => candidates.Add(candidate);

    /// <summary>Records that the job restarts on another node: its output so far ends a line, even an incomplete one.</summary>
    public void OnNodeLost() => hasLostNode = true;

    /// <summary>Sets after how many consecutive failed reads a file is given up, once nothing more will be written.</summary>
    public void GiveUpAfter(int failedReads) => attempts = failedReads;

    /// <summary>Reads the next part.</summary>
    /// <param name="urls">URLs of the job's files by name, listed after the last read.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public async Task<LogStep> ReadAsync(IReadOnlyDictionary<string, string> urls, CancellationToken cancellationToken)
    {
        if (candidates.Count > 0 && !await JoinAsync(urls, cancellationToken))
            return LogStep.Nothing;

        current.Commit(splitter, Add);
        return rotated.TryPeek(out var old)
            ? await ReadRotatedAsync(old, urls, cancellationToken)
            : await ReadCurrentAsync(urls, cancellationToken);
    }

    /// <summary>Returns the lines that arrived since the last call, in a list that the next call reuses.</summary>
    public IReadOnlyList<string> TakeLines()
    {
        taken.Clear();
        (taken, lines) = (lines, taken);
        return taken;
    }

    /// <summary>Completes the log after the job has ended: adds the remaining bytes, and the last line even without a line break.</summary>
    public async Task FinishAsync(IReadOnlyDictionary<string, string> urls, CancellationToken cancellationToken)
    {
        current.Commit(splitter, Add);
        splitter.Finish(Add);

        // A file that was treated as rotated but grew nevertheless must not lose its new lines.
        foreach (var old in finished.Where(tail => tail.LastFault is null))
        {
            if (urls.TryGetValue(old.File, out var url) && (await old.ReadAsync(new Uri(url), cancellationToken)).HasNewBytes)
            {
                old.Commit(splitter, Add);
                splitter.Finish(Add);
            }
        }
    }

    private void Add(string line) => lines.Add(line);

    /// <returns>False when it is still unknown whether the log was rotated.</returns>
    private async Task<bool> JoinAsync(IReadOnlyDictionary<string, string> urls, CancellationToken cancellationToken)
    {
        var isOurs = urls.TryGetValue(candidates[0], out var url) ? await current.BeginsLikeAsync(new Uri(url), cancellationToken) : null;
        if (isOurs == true)
        {
            rotated.Enqueue(current.Renamed(candidates[0]));
            foreach (var other in candidates.Skip(1))
                rotated.Enqueue(new LogTail(other, client));

            current = new LogTail(file, client);
        }
        else if (isOurs == false || current.Faults >= attempts)
        {
            UnrelatedFiles.AddRange(candidates);
        }
        else
        {
            return false;
        }

        candidates.Clear();
        return true;
    }

    private async Task<LogStep> ReadRotatedAsync(LogTail old, IReadOnlyDictionary<string, string> urls, CancellationToken cancellationToken)
    {
        if (!urls.TryGetValue(old.File, out var url))
            return LogStep.Nothing;

        var (end, hasNewBytes) = await old.ReadAsync(new Uri(url), cancellationToken);
        old.Commit(splitter, Add);
        if (end is null ? old.Faults < attempts : old.MayBeReplaced && !old.IsReplaced)
            return new LogStep(hasNewBytes, ReadAgain: false);

        if (!hasNewBytes)
        {
            finished.Add(rotated.Dequeue());
            if (hasLostNode && rotated.Count == 0)
            {
                splitter.Finish(Add);
                hasLostNode = false;
            }
        }

        return new LogStep(hasNewBytes, ReadAgain: true);
    }

    private async Task<LogStep> ReadCurrentAsync(IReadOnlyDictionary<string, string> urls, CancellationToken cancellationToken)
    {
        if (!urls.TryGetValue(file, out var url))
            return LogStep.Nothing;

        var (end, hasNewBytes) = await current.ReadAsync(new Uri(url), cancellationToken);
        if (current.IsReplaced)
        {
            splitter.Finish(Add);
            current = new LogTail(file, client);
            return new LogStep(HasNewBytes: true, ReadAgain: false);
        }

        return new LogStep(hasNewBytes, ReadAgain: false, HasMore: end == LogEnd.NotReached);
    }
}

/// <summary>Result of a read of a log.</summary>
/// <param name="HasNewBytes">Whether bytes arrived.</param>
/// <param name="ReadAgain">Whether the next read can follow at once, with the same list of files.</param>
/// <param name="HasMore">Whether there is more to read once the list of files has been read again.</param>
internal readonly record struct LogStep(bool HasNewBytes, bool ReadAgain, bool HasMore = false)
{
    /// <summary>Gets the result of a read that brought nothing.</summary>
    public static LogStep Nothing => default;
}
