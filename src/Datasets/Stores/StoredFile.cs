namespace Datasets.Stores;

/// <summary>One file of a datastore, from the listing of its folder.</summary>
/// <param name="Path">Path in the datastore, with forward slashes.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Version">Changes with each write: an ETag, or size and time of a file on disk.</param>
/// <param name="Md5">MD5 of the content; null when the listing has none.</param>
public sealed record StoredFile(string Path, long Length, string Version, ReadOnlyMemory<byte>? Md5 = null)
{
    /// <summary>The last part of the path.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}
