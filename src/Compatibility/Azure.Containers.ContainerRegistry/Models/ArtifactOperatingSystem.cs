using System.ComponentModel;

namespace Azure.Containers.ContainerRegistry;

/// <summary>The operating system an image is made for, in the words of Go's GOOS.</summary>
public readonly struct ArtifactOperatingSystem : IEquatable<ArtifactOperatingSystem>
{
    private readonly string _value;

    public ArtifactOperatingSystem(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
    }

    public static ArtifactOperatingSystem Linux { get; } = new("linux");

    public static ArtifactOperatingSystem Windows { get; } = new("windows");

    public static bool operator ==(ArtifactOperatingSystem left, ArtifactOperatingSystem right) => left.Equals(right);

    public static bool operator !=(ArtifactOperatingSystem left, ArtifactOperatingSystem right) => !left.Equals(right);

    public static implicit operator ArtifactOperatingSystem(string value) => new(value);

    public bool Equals(ArtifactOperatingSystem other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object? obj) => obj is ArtifactOperatingSystem other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    public override string ToString() => _value;
}
