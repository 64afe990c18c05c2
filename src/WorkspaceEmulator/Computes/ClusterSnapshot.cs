namespace WorkspaceEmulator.Computes;

/// <summary>A cluster at one moment.</summary>
/// <remarks><c>ProvisioningState</c>: Creating, Succeeded, Failed, Deleting; Deleted once it is to be forgotten. <c>AllocationState</c>: Steady or Resizing.</remarks>
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
