using System.ComponentModel;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Operating system of an image, by Go's GOOS.</summary>
public readonly struct ArtifactOperatingSystem : IEquatable<ArtifactOperatingSystem>
{
    private readonly string value;

    public ArtifactOperatingSystem(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        this.value = value;
    }

    public static ArtifactOperatingSystem Linux { get; } = new("linux");

    public static ArtifactOperatingSystem Windows { get; } = new("windows");

    public static bool operator ==(ArtifactOperatingSystem left, ArtifactOperatingSystem right) => left.Equals(right);

    public static bool operator !=(ArtifactOperatingSystem left, ArtifactOperatingSystem right) => !left.Equals(right);

    public static implicit operator ArtifactOperatingSystem(string value) => new(value);

    public bool Equals(ArtifactOperatingSystem other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object? obj) => obj is ArtifactOperatingSystem other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(value);

    public override string ToString() => value;
}
