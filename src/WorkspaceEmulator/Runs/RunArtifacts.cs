namespace WorkspaceEmulator.Runs;

/// <summary>
/// Represents a run's artifacts as one tree: <c>outputs</c> and <c>logs</c> of the command's working folder, <c>user_logs</c>,
/// <c>system_logs</c>, and uploads. Links are not followed, as the service uploads files and not the targets of links.
/// </summary>
internal sealed class RunArtifacts(string folder)
{
    private static readonly EnumerationOptions Files = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };
    private static readonly string[] LogRoots = ["user_logs", "system_logs"];
    private static readonly string[] WorkingRoots = ["outputs", "logs"];
    private readonly Lock gate = new();

    public static string WorkingFolderOf(string runFolder) => Path.Combine(runFolder, "wd");

    /// <summary>Lists artifact paths that start with <paramref name="prefix"/>, in ordinal order.</summary>
    public IReadOnlyList<string> List(string prefix = "")
    {
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        lock (gate)
        {
            foreach (var root in LogRoots)
                Add(folder, root);
        }

        foreach (var root in WorkingRoots)
            Add(WorkingFolderOf(folder), root);
        Add(Path.Combine(folder, "uploads"), "");
        return [.. paths.Where(path => path.StartsWith(prefix, StringComparison.Ordinal))];

        void Add(string parent, string root)
        {
            var from = Path.Combine(parent, root);
            if (Directory.Exists(from))
                paths.UnionWith(Directory.EnumerateFiles(from, "*", Files).Select(file => Path.GetRelativePath(parent, file)));
        }
    }

    /// <summary>
    /// Moves the log's content to <c>user_logs/std_log_{n}.txt</c>, with n counting from 0, and leaves an empty log. A list shows the state
    /// before or after, and the log always exists.
    /// </summary>
    public void RotateLog()
    {
        lock (gate)
        {
            var log = Path.Combine(folder, "user_logs", "std_log.txt");
            var number = 0;
            while (File.Exists(Numbered(number)))
                number++;
            File.Copy(log, Numbered(number));
            var empty = Path.Combine(folder, "empty-log");
            File.WriteAllBytes(empty, []);
            File.Move(empty, log, overwrite: true);
        }

        string Numbered(int number) => Path.Combine(folder, "user_logs", $"std_log_{number}.txt");
    }

    /// <summary>Returns the file of an artifact; null when it does not exist or the path points outside of the run's folder.</summary>
    public string? Find(string path) =>
        Locate(path) is { } file && File.Exists(file) && new FileInfo(file).LinkTarget is null ? file : null;

    /// <summary>Returns where an upload to this path goes; null when the path points outside of the run's folder.</summary>
    public string? Locate(string path)
    {
        var parts = path.Split('/');
        if (parts.Any(part => part is "" or "." or "..") || path.Contains('\0', StringComparison.Ordinal))
            return null;
        var parent =
            LogRoots.Contains(parts[0], StringComparer.Ordinal) ? folder
            : WorkingRoots.Contains(parts[0], StringComparer.Ordinal) ? WorkingFolderOf(folder)
            : Path.Combine(folder, "uploads");
        for (var i = 1; i < parts.Length; i++)
        {
            if (new DirectoryInfo(Path.Combine([parent, .. parts[..i]])).LinkTarget is not null)
                return null;
        }

        return Path.Combine([parent, .. parts]);
    }
}
