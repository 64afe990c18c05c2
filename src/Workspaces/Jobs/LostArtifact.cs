namespace Workspaces.Jobs;

/// <summary>An artifact that could not be saved.</summary>
/// <param name="Path">Path in the job's artifacts.</param>
/// <param name="Reason">A clause without a full stop.</param>
public sealed record LostArtifact(string Path, string Reason);
