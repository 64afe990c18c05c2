namespace WorkspaceEmulator.Computes;

/// <summary>Represents a cluster at one moment.</summary>
/// <remarks>
/// <c>ProvisioningState</c>: Creating, Succeeded, Failed, Deleting, or Deleted once it can be forgotten. <c>AllocationState</c>: Steady or
/// Resizing.
/// </remarks>
internal sealed record ClusterSnapshot(
    string ProvisioningState,
    string AllocationState,
    DateTimeOffset AllocationChangedAt,
    int TargetNodes,
    IReadOnlyList<ClusterNode> Nodes
)
{
    public int Count(NodeState state) => Nodes.Count(node => node.State == state);
}
