using System.Security.Cryptography;
using System.Text;
using Experiments.Plans.Images;

namespace Images.Inputs;

/// <summary>Reads the files of a build context.</summary>
internal static class BuildContextFiles
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>
    /// The folders of a checkout that no image may hold: git's, and those that this program writes. They change with every run, and hold
    /// keys and tokens.
    /// </summary>
    private static readonly string[] NeverFolders = [".git", ".local", "artifacts"];

    private static readonly EnumerationOptions EveryEntry = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>
    /// Reads every file and link that is not ignored, by path in the order of its UTF-8 bytes. Folders that can hold none are skipped.
    /// </summary>
    /// <param name="root">Absolute path of the build context.</param>
    /// <param name="ignore">The rules of the ignore file.</param>
    /// <param name="executables">Whether files are executable, by path; null, and for other files: as the disk shows them.</param>
    /// <exception cref="IOException">A file or folder cannot be read; the message names it.</exception>
    /// <exception cref="FormatException">The rules let in what no image may hold; the message names the lines to add.</exception>
    public static IReadOnlyList<ImageInput> Read(string root, DockerIgnore ignore, IReadOnlyDictionary<string, bool>? executables)
    {
        var files = new List<ImageInput>();
        CheckNeverFolders(root, ignore);
        Collect(new DirectoryInfo(root), "", ignore, executables, files);
        // In the order of UTF-16 some characters beyond the basic plane precede characters within it.
        return
        [
            .. files.OrderBy(file => Encoding.UTF8.GetBytes(file.Path), Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y))),
        ];
    }

    /// <summary>Returns whether the disk shows a file as executable.</summary>
    /// <remarks>Windows has no mode bits: no file is executable there, as in a checkout without executable files.</remarks>
    public static bool IsExecutable(FileInfo file) => !OperatingSystem.IsWindows() && (file.UnixFileMode & AnyExecute) != UnixFileMode.None;

    private static void Collect(
        DirectoryInfo folder,
        string prefix,
        DockerIgnore ignore,
        IReadOnlyDictionary<string, bool>? executables,
        List<ImageInput> files
    )
    {
        foreach (var entry in folder.EnumerateFileSystemInfos("*", EveryEntry))
        {
            var path = prefix + entry.Name;
            if (entry.LinkTarget is { } target)
            {
                if (!ignore.Ignores(path))
                    files.Add(Link(path, target));
            }
            else if (entry is DirectoryInfo inner)
            {
                if (ignore.Enters(path))
                    Collect(inner, path + "/", ignore, executables, files);
            }
            else if (!ignore.Ignores(path))
            {
                files.Add(Content(path, (FileInfo)entry, executables, ignore));
            }
        }
    }

    private static void CheckNeverFolders(string root, DockerIgnore ignore)
    {
        var found = NeverFolders.Select(name => FindFile(root, name, ignore)).OfType<string>().ToList();
        if (found.Count == 0)
            return;
        var lines = string.Join(", ", found.Select(path => path.Split('/')[0]));
        throw new FormatException(
            $"{ignore.Name} lets {string.Join(", ", found)} into the image; it must exclude {string.Join(", ", NeverFolders)}, which "
                + "change with every run and hold keys and tokens. "
                + $"Add to {ignore.Name}{(found.Count == 1 ? " the line" : ", a line each")}: {lines}"
        );
    }

    /// <summary>
    /// Returns the first file or link of a folder that is not ignored, or the path itself where it is one; null for none.
    /// </summary>
    private static string? FindFile(string root, string path, DockerIgnore ignore)
    {
        var folder = new DirectoryInfo(Path.Combine(root, path));
        if (folder.LinkTarget is not null || !folder.Exists)
            return Path.Exists(folder.FullName) && !ignore.Ignores(path) ? path : null;
        return ignore.Enters(path)
            ? folder
                .EnumerateFileSystemInfos("*", EveryEntry)
                .OrderBy(entry => entry.Name, StringComparer.Ordinal)
                .Select(entry => FindFile(root, $"{path}/{entry.Name}", ignore))
                .FirstOrDefault(file => file is not null)
            : null;
    }

    private static ImageInput Link(string path, string target)
    {
        var text = Encoding.UTF8.GetBytes(target.Replace('\\', '/'));
        return new ImageInput(path, Convert.ToHexStringLower(SHA256.HashData(text)), text.Length, ImageInputKind.Link);
    }

    private static ImageInput Content(string path, FileInfo file, IReadOnlyDictionary<string, bool>? executables, DockerIgnore ignore)
    {
        try
        {
            return Content(path, file, executables);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"{path} is part of the image and cannot be read: {error.Message} "
                    + $"Make it readable, or add the line {path} to {ignore.Name}.",
                error
            );
        }
    }

    private static ImageInput Content(string path, FileInfo file, IReadOnlyDictionary<string, bool>? executables)
    {
        using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        // A disk may show every file as executable; the index has the mode that every checkout agrees on.
        if (executables is null || !executables.TryGetValue(path, out var executable))
            executable = IsExecutable(file);
        return new ImageInput(
            path,
            Convert.ToHexStringLower(SHA256.HashData(stream)),
            stream.Length,
            executable ? ImageInputKind.Executable : ImageInputKind.File
        );
    }
}
