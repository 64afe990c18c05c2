namespace WorkspaceEmulator.Blobs;

/// <summary>A content has another MD5 than the request announced.</summary>
internal sealed class ContentMismatchException()
    : Exception("The MD5 value specified in the request did not match with the MD5 value calculated by the server.");
