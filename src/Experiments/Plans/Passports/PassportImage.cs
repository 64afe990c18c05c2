using Experiments.Plans.Images;

namespace Experiments.Plans.Passports;

/// <summary>The image of a run.</summary>
/// <param name="Reference"><c>registry/repository@sha256:…</c>, or the content tag until the image is pinned.</param>
public sealed record PassportImage(ImageReference Reference)
{
    /// <summary><c>sha256:…</c>; null until the image is pinned.</summary>
    public string? Digest => Reference.Digest;
}
