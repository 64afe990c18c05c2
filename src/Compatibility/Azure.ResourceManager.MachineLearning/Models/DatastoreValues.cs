namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>The identity the service itself uses to reach a datastore's storage.</summary>
public readonly partial struct MachineLearningServiceDataAccessAuthIdentity(string value)
    : IEquatable<MachineLearningServiceDataAccessAuthIdentity>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningServiceDataAccessAuthIdentity None { get; } = new("None");

    public static MachineLearningServiceDataAccessAuthIdentity WorkspaceSystemAssignedIdentity { get; } =
        new("WorkspaceSystemAssignedIdentity");

    public static MachineLearningServiceDataAccessAuthIdentity WorkspaceUserAssignedIdentity { get; } =
        new("WorkspaceUserAssignedIdentity");

    public static implicit operator MachineLearningServiceDataAccessAuthIdentity(string value) => new(value);

    public static bool operator ==(MachineLearningServiceDataAccessAuthIdentity left, MachineLearningServiceDataAccessAuthIdentity right) =>
        left.Equals(right);

    public static bool operator !=(MachineLearningServiceDataAccessAuthIdentity left, MachineLearningServiceDataAccessAuthIdentity right) =>
        !left.Equals(right);

    public bool Equals(MachineLearningServiceDataAccessAuthIdentity other) =>
        string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningServiceDataAccessAuthIdentity other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}
