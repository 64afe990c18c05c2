using System.Globalization;
using WorkspaceEmulator.Files;

namespace WorkspaceEmulator.Runs;

/// <summary>
/// Represents a run's artifacts as one tree: <c>outputs</c> and <c>logs</c> of the command's working folder, <c>user_logs</c>,
/// <c>system_logs</c>, and uploads. Links are not followed, as the service uploads files and not the targets of links.
/// </summary>
/// <param name="files">The run's folder.</param>
internal sealed class RunArtifacts(ConfinedFolder files)
{
    /// <summary>The command's working folder in the run's folder.</summary>
    public const string WorkingFolder = "wd";

    /// <summary>The folder for uploads that are still arriving, which are no artifacts yet.</summary>
    public const string Incoming = "incoming";

    private const string Uploads = "uploads";

    /// <summary>The log of a sweep, in the run's folder.</summary>
    public const string SweepLog = "azureml-logs/hyperdrive.txt";

    /// <summary>The log of the build of a job's image, in the run's folder.</summary>
    public const string BuildLog = "azureml-logs/20_image_build_log.txt";

    private static readonly string[] LogRoots = ["user_logs", "system_logs", "azureml-logs"];
    private static readonly string[] WorkingRoots = ["outputs", "logs"];
    private readonly Lock gate = new();

    /// <summary>Lists artifact paths that start with <paramref name="prefix"/>, in ordinal order.</summary>
    public IReadOnlyList<string> List(string prefix = "")
    {
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        lock (gate)
        {
            foreach (var root in LogRoots)
                paths.UnionWith(files.ListFiles(root).Select(file => $"{root}/{file}"));
        }

        foreach (var root in WorkingRoots)
            paths.UnionWith(files.ListFiles($"{WorkingFolder}/{root}").Select(file => $"{root}/{file}"));
        paths.UnionWith(files.ListFiles(Uploads));
        return [.. paths.Where(path => path.StartsWith(prefix, StringComparison.Ordinal))];
    }

    /// <summary>
    /// Moves the content of a log, as of <c>user_logs/std_log.txt</c>, to <c>user_logs/std_log_{n}.txt</c>, with n counting from 0, and
    /// leaves an empty log. A list shows the state before or after, and the log always exists.
    /// </summary>
    public void RotateLog(string path)
    {
        lock (gate)
        {
            var number = 0;
            while (files.Find(Numbered(number)) is not null)
                number++;
            using (var copy = files.CreateFile(Numbered(number)))
            using (var log = files.OpenRead(path) is { } found ? new FileSnapshot(found) : Stream.Null)
                log.CopyTo(copy);
            var empty = $"{Incoming}/{Guid.NewGuid():N}";
            files.CreateFile(empty).Dispose();
            files.Move(empty, path);
        }

        string Numbered(int number) => string.Create(CultureInfo.InvariantCulture, $"{path[..^".txt".Length]}_{number}.txt");
    }

    /// <summary>Opens an artifact; null when it does not exist, or its path holds a link or leads out of the run's folder.</summary>
    public FileSnapshot? Open(string path) => Locate(path) is { } place && files.OpenRead(place) is { } file ? new(file) : null;

    /// <summary>Reads what is known of an artifact; null when <see cref="Open"/> would not open it.</summary>
    public FileFacts? Find(string path) => Locate(path) is { } place && files.Find(place) is { IsFile: true } facts ? facts : null;

    /// <summary>
    /// Stores an upload. The content arrives in a file of its own first, so that a broken upload changes nothing.
    /// </summary>
    /// <param name="path">Path of the artifact.</param>
    /// <param name="content">The content.</param>
    /// <param name="mode">What happens to an artifact of that path.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <returns>Whether it was stored; false when the artifact exists and may not be replaced.</returns>
    /// <exception cref="RefusedPathException">The path holds a link or leads out of the run's folder.</exception>
    /// <exception cref="IOException">The file system refuses it.</exception>
    public async Task<bool> StoreAsync(string path, Stream content, UploadMode mode, CancellationToken cancellationToken)
    {
        var place = Locate(path) ?? throw new RefusedPathException(path, "it must be relative, without '.' and '..'");
        var incoming = $"{Incoming}/{Guid.NewGuid():N}";
        try
        {
            await using (var file = files.CreateFile(incoming))
                await content.CopyToAsync(file, cancellationToken);
            switch (mode)
            {
                case UploadMode.Append:
                    Append(incoming, place);
                    return true;
                case UploadMode.Replace:
                    files.Move(incoming, place);
                    return true;
                default:
                    return files.TryMoveNew(incoming, place);
            }
        }
        finally
        {
            files.Delete(incoming);
        }
    }

    /// <summary>
    /// Returns where an artifact, or a folder of artifacts, is on this machine; null when it is missing, or a link is on its path.
    /// </summary>
    public string? PathOf(string path) =>
        Locate(path) is { } place && files.Find(place) is { IsFile: true } or { IsFolder: true } ? files.PathOf(place) : null;

    private void Append(string incoming, string place)
    {
        lock (gate)
        {
            using var target = files.OpenAppend(place);
            var length = target.Length;
            try
            {
                using var added = new FileSnapshot(
                    files.OpenRead(incoming) ?? throw new IOException($"The upload to '{place}' was removed while it arrived.")
                );
                added.CopyTo(target);
            }
            catch (IOException)
            {
                target.SetLength(length); // Otherwise a retry by the client would append a part of it twice.
                throw;
            }
        }
    }

    /// <summary>Returns where an artifact is in the run's folder; null when it is no artifact path.</summary>
    private static string? Locate(string path)
    {
        if (!ConfinedFolder.IsPath(path))
            return null;
        var root = path.Split('/')[0];
        return LogRoots.Contains(root, StringComparer.Ordinal) ? path
            : WorkingRoots.Contains(root, StringComparer.Ordinal) ? $"{WorkingFolder}/{path}"
            : $"{Uploads}/{path}";
    }
}
