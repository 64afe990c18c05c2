namespace WorkspaceEmulator.Files;

/// <summary>Reports that a path may not be used: a part of it is a link or no folder, or its last part is no regular file.</summary>
internal sealed class RefusedPathException(string path, string reason) : IOException($"'{path}' cannot be used: {reason}.")
{
    /// <summary>Gets the reason, without the path.</summary>
    public string Reason { get; } = reason;
}
