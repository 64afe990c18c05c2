using WorkspaceEmulator.Files;

namespace WorkspaceEmulator.Blobs;

/// <summary>Represents a container of blobs on this machine. A name is a path of at least one part, without '.' and '..'.</summary>
internal interface IBlobContainer
{
    /// <summary>Lists the blobs whose name starts with a prefix, in ordinal order.</summary>
    IReadOnlyList<string> List(string prefix);

    /// <summary>Reads what is known of a blob; null when it is missing, or a link is on its path.</summary>
    FileFacts? Find(string blob);

    /// <summary>Opens a blob; null when <see cref="Find"/> would not find it.</summary>
    FileSnapshot? Open(string blob);

    /// <summary>Stores a blob. The content arrives beside it first, so that a broken upload changes nothing.</summary>
    /// <param name="blob">Its name.</param>
    /// <param name="content">The content.</param>
    /// <param name="isNew">Whether the blob must be new: an existing one is not replaced.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <returns>Whether it was stored.</returns>
    /// <exception cref="RefusedPathException">The name is no path, or a link is on it.</exception>
    /// <exception cref="IOException">The file system refuses it.</exception>
    Task<bool> StoreAsync(string blob, Stream content, bool isNew, CancellationToken cancellationToken);

    /// <summary>Deletes a blob.</summary>
    /// <returns>Whether it existed.</returns>
    bool Delete(string blob);

    /// <summary>Reads what a client stored beside a blob's content; empty when it stored nothing for this content.</summary>
    BlobFacts ReadFacts(string blob);

    /// <summary>Stores something beside a blob's content, until the content changes.</summary>
    void WriteFacts(string blob, BlobFacts facts);
}
