namespace WorkspaceEmulator.Blobs;

/// <summary>Describes a block of a blob.</summary>
/// <param name="Id">Its id, in base64.</param>
/// <param name="Length">Its size in bytes.</param>
internal sealed record BlobBlock(string Id, long Length);
