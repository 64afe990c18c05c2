namespace CodeHosts.Facts;

/// <summary>A file that a pull request changes.</summary>
/// <param name="Path">Relative to the repository, with forward slashes.</param>
/// <param name="IsRemoved">Whether it no longer exists.</param>
/// <param name="FormerPath">Its former path; null unless it was renamed.</param>
public sealed record ChangedFile(string Path, bool IsRemoved = false, string? FormerPath = null);
