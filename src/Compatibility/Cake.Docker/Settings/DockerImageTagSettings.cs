namespace Cake.Docker;

/// <summary>Options of <c>docker tag</c>: none of its own.</summary>
public sealed class DockerImageTagSettings : AutoToolSettings;
