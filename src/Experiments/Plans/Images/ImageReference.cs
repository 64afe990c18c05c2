using System.Text.Json.Serialization;

namespace Experiments.Plans.Images;

/// <summary>An image reference in its parts. In JSON it is one string.</summary>
/// <param name="Repository">Registry and repository, as in <c>localhost:5000/model-training</c>.</param>
/// <param name="Tag">Null when the reference has none.</param>
/// <param name="Digest"><c>sha256:…</c>; null when the reference has none.</param>
[JsonConverter(typeof(ImageReferenceConverter))]
public sealed record ImageReference(string Repository, string? Tag, string? Digest)
{
    /// <summary>The registry's host, with its port when it has one; Docker Hub's when none is named.</summary>
    public string Registry => Split().Registry;

    /// <summary>The repository within its registry, as in <c>team/detection</c>.</summary>
    public string Name => Split().Name;

    /// <summary>Parses <c>registry/repository[:tag][@sha256:…]</c>.</summary>
    public static ImageReference Parse(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var at = reference.IndexOf('@', StringComparison.Ordinal);
        var (named, digest) = at < 0 ? (reference, null) : (reference[..at], reference[(at + 1)..]);
        // A colon before the last slash belongs to the registry's port.
        var colon = named.IndexOf(':', named.LastIndexOf('/') + 1);
        return colon < 0 ? new(named, null, digest) : new(named[..colon], named[(colon + 1)..], digest);
    }

    /// <summary>Returns the reference to the same repository by digest alone.</summary>
    /// <param name="digest"><c>sha256:…</c>.</param>
    public ImageReference Pinned(string digest) => new(Repository, Tag: null, digest);

    public override string ToString() => Repository + (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    // Docker's rule: the part before the first slash is a host when it looks like one.
    private (string Registry, string Name) Split()
    {
        var slash = Repository.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : Repository[..slash];
        if (first == "localhost" || first.AsSpan().ContainsAny('.', ':'))
            return (first, Repository[(slash + 1)..]);
        return ("registry-1.docker.io", slash < 0 ? $"library/{Repository}" : Repository);
    }
}
