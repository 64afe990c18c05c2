namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Names whether an environment is built again when its base image changes.</summary>
public readonly partial struct AutoRebuildSetting(string value) : IEquatable<AutoRebuildSetting>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static AutoRebuildSetting Disabled { get; } = new("Disabled");

    public static AutoRebuildSetting OnBaseImageUpdate { get; } = new("OnBaseImageUpdate");

    public static implicit operator AutoRebuildSetting(string value) => new(value);

    public static bool operator ==(AutoRebuildSetting left, AutoRebuildSetting right) => left.Equals(right);

    public static bool operator !=(AutoRebuildSetting left, AutoRebuildSetting right) => !left.Equals(right);

    public bool Equals(AutoRebuildSetting other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is AutoRebuildSetting other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Creator of an environment.</summary>
public readonly partial struct MachineLearningEnvironmentType(string value) : IEquatable<MachineLearningEnvironmentType>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningEnvironmentType Curated { get; } = new("Curated");

    public static MachineLearningEnvironmentType UserCreated { get; } = new("UserCreated");

    public static implicit operator MachineLearningEnvironmentType(string value) => new(value);

    public static bool operator ==(MachineLearningEnvironmentType left, MachineLearningEnvironmentType right) => left.Equals(right);

    public static bool operator !=(MachineLearningEnvironmentType left, MachineLearningEnvironmentType right) => !left.Equals(right);

    public bool Equals(MachineLearningEnvironmentType other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningEnvironmentType other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Operating system of an environment.</summary>
public readonly partial struct MachineLearningOperatingSystemType(string value) : IEquatable<MachineLearningOperatingSystemType>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningOperatingSystemType Linux { get; } = new("Linux");

    public static MachineLearningOperatingSystemType Windows { get; } = new("Windows");

    public static implicit operator MachineLearningOperatingSystemType(string value) => new(value);

    public static bool operator ==(MachineLearningOperatingSystemType left, MachineLearningOperatingSystemType right) => left.Equals(right);

    public static bool operator !=(MachineLearningOperatingSystemType left, MachineLearningOperatingSystemType right) =>
        !left.Equals(right);

    public bool Equals(MachineLearningOperatingSystemType other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningOperatingSystemType other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}
