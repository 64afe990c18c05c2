using System.ComponentModel;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Names the media type of a manifest. Any string can name one. The fields are the two kinds of a single image.</summary>
public readonly struct ManifestMediaType : IEquatable<ManifestMediaType>
{
    public static readonly ManifestMediaType DockerManifest = new("application/vnd.docker.distribution.manifest.v2+json");
    public static readonly ManifestMediaType OciImageManifest = new("application/vnd.oci.image.manifest.v1+json");

    private readonly string value;

    private ManifestMediaType(string value) => this.value = value;

    public static bool operator ==(ManifestMediaType left, ManifestMediaType right) => left.Equals(right);

    public static bool operator !=(ManifestMediaType left, ManifestMediaType right) => !left.Equals(right);

    public static implicit operator ManifestMediaType(string mediaType) => new(mediaType);

    public static explicit operator string(ManifestMediaType mediaType) => mediaType.value;

    public bool Equals(ManifestMediaType other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object? obj) => obj is ManifestMediaType other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(value);

    public override string ToString() => value;
}
