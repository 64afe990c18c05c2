namespace WorkspaceEmulator.Files;

/// <summary>Describes what an entry of a folder is.</summary>
/// <param name="IsFile">Whether it is a regular file: no folder, link, pipe, socket or device.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Length">Bytes of its content.</param>
/// <param name="Links">Number of its names.</param>
/// <param name="ModifiedAt">Time of the last change of its content.</param>
internal sealed record FileFacts(bool IsFile, bool IsFolder, long Length, uint Links, DateTimeOffset ModifiedAt);
