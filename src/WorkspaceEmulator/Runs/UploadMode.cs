namespace WorkspaceEmulator.Runs;

/// <summary>Lists what an upload does to an artifact that exists.</summary>
internal enum UploadMode
{
    /// <summary>It is refused.</summary>
    New,

    /// <summary>It replaces the artifact.</summary>
    Replace,

    /// <summary>It adds to the artifact.</summary>
    Append,
}
