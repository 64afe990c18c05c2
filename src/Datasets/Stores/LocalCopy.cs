using Workspaces.Errors;

namespace Datasets.Stores;

/// <summary>
/// A copy of folders of a datastore on this machine. A file is read again only when its content changed: when its size or its MD5 differ,
/// or, where the store lists no MD5, its version.
/// </summary>
/// <param name="files">The datastore.</param>
/// <param name="folder">The folder of the copy; created when it is missing.</param>
/// <param name="memory">Remembers the content of each file and the state of its copy.</param>
public sealed class LocalCopy(IDatastoreFiles files, string folder, ContentCache memory)
{
    private const int Lanes = 16;

    /// <summary>Bytes per request, so that a large file is never in memory as a whole.</summary>
    private const int PieceBytes = 8 << 20;

    private readonly string root = Path.GetFullPath(folder);

    /// <summary>Reads the files that changed, and deletes the copies of files that the datastore no longer has.</summary>
    /// <param name="wanted">All files of the folders.</param>
    /// <param name="folders">Folders of the datastore.</param>
    /// <param name="reading">Receives the number of files that are read, before the first of them; not called for 0.</param>
    /// <param name="cancellationToken">Stops reading; what was read is remembered.</param>
    /// <exception cref="WorkspaceException">
    /// The store denied a request, failed or did not respond; a file changed while it was read; or its name leads out of the folder.
    /// </exception>
    public async Task UpdateAsync(
        IReadOnlyList<StoredFile> wanted,
        IReadOnlyList<string> folders,
        Action<int> reading,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(folders);
        ArgumentNullException.ThrowIfNull(reading);
        var copies = wanted.ToDictionary(file => file, Locate);
        Remove(copies.Values.ToHashSet(StringComparer.Ordinal), folders);
        var missing = wanted.Where(file => !IsCopied(file, copies[file])).ToList();
        if (missing.Count > 0)
            reading(missing.Count);
        try
        {
            await Parallel.ForEachAsync(
                missing,
                new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellationToken },
                async (file, stop) =>
                {
                    await ReadAsync(file, copies[file], stop);
                    memory.Set(file.Path, ContentOf(file), LocalFile.VersionOf(new FileInfo(copies[file])));
                }
            );
        }
        finally
        {
            memory.Save();
        }
    }

    private static string ContentOf(StoredFile file) =>
        file.Md5 is { } md5 ? $"{file.Length}-{Convert.ToHexStringLower(md5.Span)}" : $"{file.Length}-{file.Version}";

    private bool IsCopied(StoredFile file, string copy) =>
        memory.Find(file.Path, ContentOf(file)) is { } state
        && new FileInfo(copy) is { Exists: true } there
        && state == LocalFile.VersionOf(there);

    private async Task ReadAsync(StoredFile file, string copy, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        var unfinished = $"{copy}.unfinished";
        try
        {
            using var hash = ContentMd5.Begin();
            await using (var content = File.Create(unfinished))
            {
                while (content.Position < file.Length)
                {
                    var count = (int)Math.Min(PieceBytes, file.Length - content.Position);
                    var piece = await files.ReadAsync(file.Path, content.Position, count, cancellationToken);
                    if (piece.Length != count)
                        throw Changed(file);
                    hash.AppendData(piece);
                    await content.WriteAsync(piece, cancellationToken);
                }
            }

            if (file.Md5 is { } md5 && !md5.Span.SequenceEqual(hash.GetHashAndReset()))
                throw Changed(file);
            File.Move(unfinished, copy, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private WorkspaceException Changed(StoredFile file) =>
        new(
            $"{files.Description}: the bytes of '{file.Path}' are not those of its listing; it must not change while it is read. "
                + "Run the command again; if that fails too, upload the file again."
        );

    // A file that the account no longer has must not be found here.
    private void Remove(HashSet<string> kept, IReadOnlyList<string> folders)
    {
        foreach (var place in folders.Select(name => new DirectoryInfo(Path.Combine(root, name))).Where(place => place.Exists))
        {
            foreach (var file in place.EnumerateFiles("*", SearchOption.AllDirectories).Where(file => !kept.Contains(file.FullName)))
                file.Delete();
        }
    }

    private string Locate(StoredFile file)
    {
        var path = Path.GetFullPath(Path.Combine(root, file.Path));
        return path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new WorkspaceException(
                $"{files.Description} has a file '{file.Path}', whose name leads out of its folder; it must be renamed."
            );
    }
}
