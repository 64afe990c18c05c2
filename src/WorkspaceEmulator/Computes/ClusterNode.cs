namespace WorkspaceEmulator.Computes;

/// <summary>Lists the states of a node by the service's names.</summary>
internal enum NodeState
{
    Preparing,
    Idle,
    Running,
    Leaving,

    /// <summary>Taken away by the service; it leaves the cluster a moment later.</summary>
    Preempted,
}

/// <summary>Represents one node of a cluster.</summary>
/// <remarks><c>Since</c>: when it entered its state. <c>RunId</c>: the job on it while it is running.</remarks>
internal sealed record ClusterNode(string Id, string PrivateAddress, NodeState State, DateTimeOffset Since, string? RunId)
{
    /// <summary>Gets whether it no longer counts as a node of the cluster.</summary>
    public bool IsGoing => State is NodeState.Leaving or NodeState.Preempted;
}
