namespace Workspaces.Jobs;

/// <summary>The result of a download.</summary>
/// <param name="Files">The artifacts that have a local file now, sorted by path.</param>
/// <param name="Lost">The artifacts that have none, each with the reason, sorted by path.</param>
public sealed record ArtifactDownload(IReadOnlyList<DownloadedArtifact> Files, IReadOnlyList<LostArtifact> Lost);
