using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Computes;

/// <summary>Creates clusters whose nodes and provisioning all take the same time.</summary>
/// <param name="transition">Time a cluster takes to be created or deleted, and a node to start or leave.</param>
/// <param name="time">The clock.</param>
internal sealed class ClusterFactory(TimeSpan transition, TimeProvider time)
{
    /// <summary>Creates a cluster that is being provisioned.</summary>
    /// <param name="name">The compute's name.</param>
    /// <param name="settings">How it scales.</param>
    /// <param name="failure">Why provisioning will fail; null when it will succeed.</param>
    public Cluster Create(string name, ClusterSettings settings, ArmError? failure) =>
        new(name, settings, transition, time.GetUtcNow(), isNew: true, failure);

    /// <summary>Creates a cluster of an earlier start, without nodes.</summary>
    /// <param name="name">The compute's name.</param>
    /// <param name="settings">How it scales.</param>
    /// <param name="failure">Why its provisioning failed; null when it succeeded.</param>
    public Cluster Restore(string name, ClusterSettings settings, ArmError? failure) =>
        new(name, settings, transition, time.GetUtcNow(), isNew: false, failure);
}
