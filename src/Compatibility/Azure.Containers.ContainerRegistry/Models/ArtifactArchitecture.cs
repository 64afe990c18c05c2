using System.ComponentModel;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Processor architecture of an image, by Go's GOARCH.</summary>
public readonly struct ArtifactArchitecture : IEquatable<ArtifactArchitecture>
{
    private readonly string value;

    public ArtifactArchitecture(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        this.value = value;
    }

    public static ArtifactArchitecture Amd64 { get; } = new("amd64");

    public static ArtifactArchitecture Arm { get; } = new("arm");

    public static ArtifactArchitecture Arm64 { get; } = new("arm64");

    public static ArtifactArchitecture I386 { get; } = new("386");

    public static bool operator ==(ArtifactArchitecture left, ArtifactArchitecture right) => left.Equals(right);

    public static bool operator !=(ArtifactArchitecture left, ArtifactArchitecture right) => !left.Equals(right);

    public static implicit operator ArtifactArchitecture(string value) => new(value);

    public bool Equals(ArtifactArchitecture other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object? obj) => obj is ArtifactArchitecture other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(value);

    public override string ToString() => value;
}
