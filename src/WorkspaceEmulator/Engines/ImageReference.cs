namespace WorkspaceEmulator.Engines;

/// <summary>
/// Represents an image as an environment names it: <c>registry/repository:tag</c> or <c>registry/repository@sha256:…</c>.
/// </summary>
/// <param name="Registry">Host and port; that of Docker Hub when none is named.</param>
/// <param name="Repository">With the registry in front, as it was written.</param>
/// <param name="Tag">Null when there is a digest, which is more exact.</param>
/// <param name="Digest">With its algorithm.</param>
internal sealed record ImageReference(string Registry, string Repository, string? Tag, string? Digest)
{
    public const string DockerHub = "docker.io";

    public static ImageReference Parse(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var (name, digest) = at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
        var slash = name.LastIndexOf('/');
        var colon = name.IndexOf(':', slash + 1);
        var (repository, tag) = colon < 0 ? (name, "latest") : (name[..colon], name[(colon + 1)..]);
        // The first part is a registry when it cannot be part of a repository name.
        var first = repository.IndexOf('/', StringComparison.Ordinal) is > 0 and var end ? repository[..end] : "";
        var isRegistry =
            first == "localhost" || first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal);
        return new(isRegistry ? first : DockerHub, repository, digest is null ? tag : null, digest);
    }

    public override string ToString() => Digest is null ? $"{Repository}:{Tag}" : $"{Repository}@{Digest}";
}
