namespace WorkspaceEmulator.Computes;

/// <summary>States of a node, in the words of the service.</summary>
internal enum NodeState
{
    Preparing,
    Idle,
    Running,
    Leaving,

    /// <summary>Taken away by the service; gone a moment later.</summary>
    Preempted,
}

/// <summary>One node of a cluster.</summary>
/// <remarks><c>Since</c>: When it entered its state. <c>RunId</c>: The job on it, while it is running.</remarks>
internal sealed record ClusterNode(string Id, string PrivateAddress, NodeState State, DateTimeOffset Since, string? RunId)
{
    /// <summary>It no longer counts as one of the cluster.</summary>
    public bool IsGoing => State is NodeState.Leaving or NodeState.Preempted;
}
