using System.Formats.Tar;
using System.IO.Compression;
using Experiments.Plans.Images;
using Images.Inputs;

namespace Images.Building;

/// <summary>Writes the build context as a gzipped tar: the files that the ignore file lets through, and the Dockerfile.</summary>
internal static class ContextArchive
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Writes the archive without file times, so that equal inputs give equal bytes.</summary>
    public static async Task WriteAsync(string root, ImageInputs inputs, Stream destination, CancellationToken cancellationToken)
    {
        await using var gzip = new GZipStream(destination, CompressionLevel.Optimal, leaveOpen: true);
        await using var tar = new TarWriter(gzip, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var file in inputs.Files.Concat([inputs.Dockerfile]).DistinctBy(file => file.Path, StringComparer.Ordinal))
        {
            var path = Path.Combine(root, file.Path);
            var entry = new PaxTarEntry(file.Kind == ImageInputKind.Link ? TarEntryType.SymbolicLink : TarEntryType.RegularFile, file.Path)
            {
                ModificationTime = DateTimeOffset.UnixEpoch,
                Mode = file.Kind == ImageInputKind.Executable ? Executable : Readable,
            };
            if (file.Kind == ImageInputKind.Link)
            {
                entry.LinkName = new FileInfo(path).LinkTarget!.Replace('\\', '/');
                await tar.WriteEntryAsync(entry, cancellationToken);
                continue;
            }

            await using var content = File.OpenRead(path);
            entry.DataStream = content;
            await tar.WriteEntryAsync(entry, cancellationToken);
        }
    }
}
