using Experiments.Plans.Images;
using Images.Inputs;

namespace Images.Building;

/// <summary>
/// The folder that an engine builds: the checkout itself, or a copy of the inputs where the disk shows other modes than git's index, as
/// some shared folders do. Without the copy, equal inputs would give different images.
/// </summary>
internal sealed class BuildFolder : IDisposable
{
    /// <summary>Begins the name of a copy, in the folder for temporary files.</summary>
    public const string Prefix = "context-";

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly bool isCopy;

    private BuildFolder(string path, bool isCopy) => (Path, this.isCopy) = (path, isCopy);

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>Returns the checkout, or copies the inputs.</summary>
    public static BuildFolder Create(ImageRun run, ImageInputs inputs)
    {
        // The modes of files on Windows come from docker itself.
        if (OperatingSystem.IsWindows() || inputs.Files.All(file => HasMode(run.Root, file)))
            return new(run.Root, isCopy: false);
        var copy = new BuildFolder(System.IO.Path.Combine(run.LocalFolder, $"{Prefix}{Guid.NewGuid():N}"), isCopy: true);
        try
        {
            foreach (var file in inputs.Files.Append(inputs.Dockerfile).DistinctBy(file => file.Path, StringComparer.Ordinal))
                copy.Add(run.Root, file.Path, file.Kind);
            if (inputs.IgnoreFile is { } ignore)
                copy.Add(run.Root, ignore, ImageInputKind.File);
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (isCopy && Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }

    private static bool HasMode(string root, ImageInput file) =>
        file.Kind == ImageInputKind.Link
        || BuildContextFiles.IsExecutable(new FileInfo(System.IO.Path.Combine(root, file.Path)))
            == (file.Kind == ImageInputKind.Executable);

    private void Add(string root, string path, ImageInputKind kind)
    {
        var (source, target) = (System.IO.Path.Combine(root, path), System.IO.Path.Combine(Path, path));
        if (File.Exists(target))
            return;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
        if (kind == ImageInputKind.Link)
        {
            File.CreateSymbolicLink(target, new FileInfo(source).LinkTarget!);
            return;
        }

        File.Copy(source, target);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(target, kind == ImageInputKind.Executable ? Executable : Readable);
    }
}
