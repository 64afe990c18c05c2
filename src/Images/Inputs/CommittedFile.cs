namespace Images.Inputs;

/// <summary>A file of a commit.</summary>
/// <param name="Mode">Six octal digits, as git prints them.</param>
/// <param name="Id">The id of its content: 40 hex digits, or 64 in a repository with SHA-256.</param>
public sealed record CommittedFile(string Mode, string Id);
