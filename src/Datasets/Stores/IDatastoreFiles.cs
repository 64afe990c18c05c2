using Workspaces.Errors;

namespace Datasets.Stores;

/// <summary>
/// Reads and writes the files of a datastore: a blob container, a file share or a folder. Paths are relative to its root and have forward
/// slashes.
/// </summary>
/// <remarks>
/// When the storage denies a request, fails or does not respond, every method throws a <see cref="WorkspaceException"/> with the fix.
/// </remarks>
public interface IDatastoreFiles
{
    /// <summary>Describes the store in messages: <c>container 'train' of storage account 'pictures'</c>.</summary>
    string Description { get; }

    /// <summary>Whether names that differ in case alone are one file.</summary>
    bool IgnoresCase => false;

    /// <summary>Lists the files of one folder without its subfolders; empty when the folder is missing.</summary>
    Task<IReadOnlyList<StoredFile>> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Lists the files of one folder and of its subfolders; empty when the folder is missing.</summary>
    Task<IReadOnlyList<StoredFile>> ListTreeAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Lists the names of the folders in one folder; in the root when the name is empty.</summary>
    Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Returns the MD5 of a file's content; null when the storage does not know it.</summary>
    Task<ReadOnlyMemory<byte>?> FindMd5Async(StoredFile file, CancellationToken cancellationToken);

    /// <summary>Reads a whole file.</summary>
    Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>Reads some bytes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Before the file's end.</param>
    /// <param name="count">The number of bytes; fewer are returned at the end of the file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    Task<byte[]> ReadAsync(string path, long offset, int count, CancellationToken cancellationToken);

    /// <summary>Writes a local file, whole or not at all, and replaces an earlier one.</summary>
    /// <param name="path">The path in the datastore.</param>
    /// <param name="localFile">The local file.</param>
    /// <param name="sent">Receives the bytes as they are sent, including those that an interrupted upload has sent.</param>
    /// <param name="cancellationToken">Stops writing; an earlier file stays.</param>
    /// <returns>MD5 of the bytes written.</returns>
    Task<ReadOnlyMemory<byte>> WriteAsync(string path, string localFile, IProgress<long> sent, CancellationToken cancellationToken);
}
