using Experiments.Records;
using Workspaces.Connection;

namespace Workspaces.Computes;

/// <summary>The cluster a job is sent to.</summary>
/// <param name="Name">Cluster name.</param>
/// <param name="Id">ARM id.</param>
/// <param name="VmSize">VM size of each node.</param>
/// <param name="MaxNodes">Nodes it grows to; may be more than the plan asks.</param>
/// <param name="Change">What was done to it.</param>
/// <param name="Differences">What was changed, as <c>maxNodeCount: 1 → 3</c>, and what differs and was left, which says <c>kept</c>.</param>
public sealed record ComputeTarget(
    string Name,
    string Id,
    string VmSize,
    int MaxNodes,
    StageChange Change,
    IReadOnlyList<string> Differences
) : IStageRecord
{
    /// <inheritdoc/>
    public static string Stage => "compute";

    /// <inheritdoc/>
    public static string Target => "Create-Compute";
}
