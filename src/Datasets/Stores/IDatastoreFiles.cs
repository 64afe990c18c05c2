using Workspaces.Errors;

namespace Datasets.Stores;

/// <summary>The files behind a datastore: a blob container, a file share or a folder. Paths have forward slashes and start at the datastore's root.</summary>
/// <remarks>Every method throws a <see cref="WorkspaceException"/> that says what to mend when the storage refuses, fails or does not answer.</remarks>
public interface IDatastoreFiles
{
    /// <summary>What it is, as a message says it: <c>container 'train' of storage account 'pictures'</c>.</summary>
    string Description { get; }

    /// <summary>The files of one folder, without those of its subfolders; empty when there is no such folder.</summary>
    Task<IReadOnlyList<StoredFile>> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Names of the folders in one folder; the datastore's root when it is empty.</summary>
    Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken);

    /// <summary>MD5 of a file's content; null when the storage does not know it.</summary>
    Task<ReadOnlyMemory<byte>?> FindMd5Async(StoredFile file, CancellationToken cancellationToken);

    /// <summary>The whole of a file.</summary>
    Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>Some bytes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Before the file's end.</param>
    /// <param name="count">How many; fewer come at the end of the file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    Task<byte[]> ReadAsync(string path, long offset, int count, CancellationToken cancellationToken);

    /// <summary>Puts a file of this machine in its place, whole or not at all, in the place of an earlier one.</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="localFile">The file of this machine.</param>
    /// <param name="sent">Told of bytes as they have gone, those found there from an interrupted upload included.</param>
    /// <param name="cancellationToken">Stops writing; what was there before stays.</param>
    /// <returns>MD5 of the bytes written.</returns>
    Task<ReadOnlyMemory<byte>> WriteAsync(string path, string localFile, IProgress<long> sent, CancellationToken cancellationToken);
}
