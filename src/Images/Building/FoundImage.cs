using Images.Registry;

namespace Images.Building;

/// <summary>The image that a registry has under a content tag.</summary>
/// <param name="Manifest">Null when the registry does not have the tag.</param>
/// <param name="Fault">
/// Why it is not the image of the plan, without a full stop; null when it is, or when the registry has no image there.
/// </param>
public sealed record FoundImage(ImageManifest? Manifest, string? Fault)
{
    /// <summary>The manifest's digest when it is the image of the plan; else null.</summary>
    public string? Digest => Fault is null ? Manifest?.Digest : null;
}
