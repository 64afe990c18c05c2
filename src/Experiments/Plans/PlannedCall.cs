namespace Experiments.Plans;

/// <summary>One thing that carrying a plan out would make, change or leave.</summary>
/// <param name="Stage">The target that does it, as in <c>Create-Compute</c>.</param>
/// <param name="Resource">What it is about, below the workspace or the registry: <c>computes/gpu</c>.</param>
/// <param name="Action">What would be done.</param>
/// <param name="Fields">Created: what is sent, as <c>vmSize: Standard_NC4as_T4_v3</c>. Updated: what changes, as <c>maxNodeCount: 1 → 3</c>. Left: what differs and stays.</param>
public sealed record PlannedCall(string Stage, string Resource, CallAction Action, IReadOnlyList<string> Fields);
