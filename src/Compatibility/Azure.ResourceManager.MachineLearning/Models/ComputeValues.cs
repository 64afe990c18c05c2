namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Names a state in the creation, update or deletion of a resource.</summary>
public readonly partial struct MachineLearningProvisioningState(string value) : IEquatable<MachineLearningProvisioningState>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningProvisioningState Canceled { get; } = new("Canceled");

    public static MachineLearningProvisioningState Creating { get; } = new("Creating");

    public static MachineLearningProvisioningState Deleting { get; } = new("Deleting");

    public static MachineLearningProvisioningState Failed { get; } = new("Failed");

    public static MachineLearningProvisioningState Succeeded { get; } = new("Succeeded");

    public static MachineLearningProvisioningState Unknown { get; } = new("Unknown");

    public static MachineLearningProvisioningState Updating { get; } = new("Updating");

    public static implicit operator MachineLearningProvisioningState(string value) => new(value);

    public static bool operator ==(MachineLearningProvisioningState left, MachineLearningProvisioningState right) => left.Equals(right);

    public static bool operator !=(MachineLearningProvisioningState left, MachineLearningProvisioningState right) => !left.Equals(right);

    public bool Equals(MachineLearningProvisioningState other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningProvisioningState other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Names a priority of nodes: Azure may take nodes of LowPriority away, and not those of Dedicated.</summary>
public readonly partial struct MachineLearningVmPriority(string value) : IEquatable<MachineLearningVmPriority>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningVmPriority Dedicated { get; } = new("Dedicated");

    public static MachineLearningVmPriority LowPriority { get; } = new("LowPriority");

    public static implicit operator MachineLearningVmPriority(string value) => new(value);

    public static bool operator ==(MachineLearningVmPriority left, MachineLearningVmPriority right) => left.Equals(right);

    public static bool operator !=(MachineLearningVmPriority left, MachineLearningVmPriority right) => !left.Equals(right);

    public bool Equals(MachineLearningVmPriority other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningVmPriority other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Operating system of a compute's nodes.</summary>
public readonly partial struct MachineLearningOSType(string value) : IEquatable<MachineLearningOSType>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningOSType Linux { get; } = new("Linux");

    public static MachineLearningOSType Windows { get; } = new("Windows");

    public static implicit operator MachineLearningOSType(string value) => new(value);

    public static bool operator ==(MachineLearningOSType left, MachineLearningOSType right) => left.Equals(right);

    public static bool operator !=(MachineLearningOSType left, MachineLearningOSType right) => !left.Equals(right);

    public bool Equals(MachineLearningOSType other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningOSType other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Names whether the SSH port of the nodes is open to the public network.</summary>
public readonly partial struct MachineLearningRemoteLoginPortPublicAccess(string value)
    : IEquatable<MachineLearningRemoteLoginPortPublicAccess>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningRemoteLoginPortPublicAccess Disabled { get; } = new("Disabled");

    public static MachineLearningRemoteLoginPortPublicAccess Enabled { get; } = new("Enabled");

    public static MachineLearningRemoteLoginPortPublicAccess NotSpecified { get; } = new("NotSpecified");

    public static implicit operator MachineLearningRemoteLoginPortPublicAccess(string value) => new(value);

    public static bool operator ==(MachineLearningRemoteLoginPortPublicAccess left, MachineLearningRemoteLoginPortPublicAccess right) =>
        left.Equals(right);

    public static bool operator !=(MachineLearningRemoteLoginPortPublicAccess left, MachineLearningRemoteLoginPortPublicAccess right) =>
        !left.Equals(right);

    public bool Equals(MachineLearningRemoteLoginPortPublicAccess other) =>
        string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningRemoteLoginPortPublicAccess other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Names whether the number of nodes is changing.</summary>
public readonly partial struct MachineLearningAllocationState(string value) : IEquatable<MachineLearningAllocationState>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningAllocationState Resizing { get; } = new("Resizing");

    public static MachineLearningAllocationState Steady { get; } = new("Steady");

    public static implicit operator MachineLearningAllocationState(string value) => new(value);

    public static bool operator ==(MachineLearningAllocationState left, MachineLearningAllocationState right) => left.Equals(right);

    public static bool operator !=(MachineLearningAllocationState left, MachineLearningAllocationState right) => !left.Equals(right);

    public bool Equals(MachineLearningAllocationState other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningAllocationState other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Names what one node of a cluster does. The service writes it in lower case.</summary>
public readonly partial struct MachineLearningNodeState(string value) : IEquatable<MachineLearningNodeState>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningNodeState Idle { get; } = new("idle");

    public static MachineLearningNodeState Leaving { get; } = new("leaving");

    public static MachineLearningNodeState Preempted { get; } = new("preempted");

    public static MachineLearningNodeState Preparing { get; } = new("preparing");

    public static MachineLearningNodeState Running { get; } = new("running");

    public static MachineLearningNodeState Unusable { get; } = new("unusable");

    public static implicit operator MachineLearningNodeState(string value) => new(value);

    public static bool operator ==(MachineLearningNodeState left, MachineLearningNodeState right) => left.Equals(right);

    public static bool operator !=(MachineLearningNodeState left, MachineLearningNodeState right) => !left.Equals(right);

    public bool Equals(MachineLearningNodeState other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningNodeState other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Names what happens to the machines when a compute is removed from the workspace.</summary>
public readonly partial struct MachineLearningUnderlyingResourceAction(string value) : IEquatable<MachineLearningUnderlyingResourceAction>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningUnderlyingResourceAction Delete { get; } = new("Delete");

    public static MachineLearningUnderlyingResourceAction Detach { get; } = new("Detach");

    public static implicit operator MachineLearningUnderlyingResourceAction(string value) => new(value);

    public static bool operator ==(MachineLearningUnderlyingResourceAction left, MachineLearningUnderlyingResourceAction right) =>
        left.Equals(right);

    public static bool operator !=(MachineLearningUnderlyingResourceAction left, MachineLearningUnderlyingResourceAction right) =>
        !left.Equals(right);

    public bool Equals(MachineLearningUnderlyingResourceAction other) =>
        string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningUnderlyingResourceAction other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}
