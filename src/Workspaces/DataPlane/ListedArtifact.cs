namespace Workspaces.DataPlane;

/// <summary>An artifact as the service lists it.</summary>
/// <param name="Path">Path in the job's artifacts, with forward slashes.</param>
/// <param name="Version">Changes with each write: the ETag and the time that the list has; empty when it has neither.</param>
internal sealed record ListedArtifact(string Path, string Version);
