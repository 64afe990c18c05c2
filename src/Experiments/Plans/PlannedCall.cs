namespace Experiments.Plans;

/// <summary>One call that carrying out a plan makes, or skips because nothing differs.</summary>
/// <param name="Stage">The target that makes it, as in <c>Create-Compute</c>.</param>
/// <param name="Resource">The resource, relative to the workspace or the registry: <c>computes/gpu</c>.</param>
/// <param name="Action">The effect of the call.</param>
/// <param name="Fields">
/// Create: the fields sent, as <c>vmSize: Standard_NC4as_T4_v3</c>. Update: the fields that change, as <c>maxNodeCount: 1 → 3</c>. No-op:
/// the differences that stay.
/// </param>
public sealed record PlannedCall(string Stage, string Resource, CallAction Action, IReadOnlyList<string> Fields);
