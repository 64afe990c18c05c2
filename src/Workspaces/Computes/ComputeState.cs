using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Workspaces.Connection;

namespace Workspaces.Computes;

/// <summary>The state of a planned cluster in the workspace, and the change it needs.</summary>
/// <param name="Change">The change that ensuring the cluster would make.</param>
/// <param name="Differences">The changes, as <c>maxNodeCount: 1 → 3</c>, and the differences that would stay, marked <c>kept</c>.</param>
public sealed record ComputeState(StageChange Change, IReadOnlyList<string> Differences) : IStageState
{
    /// <summary>Gets notices that are not faults: prices, nodes kept idle, errors that nodes report, skipped checks.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Gets the cluster; null when it does not exist. A cluster that is being deleted still exists.</summary>
    internal MachineLearningComputeResource? Found { get; init; }

    /// <summary>Gets the scale settings to send; null when the cluster need not scale up.</summary>
    internal AmlComputeScaleSettings? Scale { get; init; }
}
