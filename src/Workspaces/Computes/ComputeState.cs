using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Workspaces.Connection;

namespace Workspaces.Computes;

/// <summary>What is there of the cluster that a plan asks for, and so what would be done to it.</summary>
/// <param name="Change">What ensuring it would do.</param>
/// <param name="Differences">What would be changed, as <c>maxNodeCount: 1 → 3</c>, and what differs and would be left, which says <c>kept</c>.</param>
public sealed record ComputeState(StageChange Change, IReadOnlyList<string> Differences) : IStageState
{
    /// <summary>What a person should know that is no fault: prices, nodes that are kept idle, trouble the cluster reports, checks that were left out.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The cluster; null when there is none. One that is being deleted is here until it is gone.</summary>
    internal MachineLearningComputeResource? Found { get; init; }

    /// <summary>What to send when it has to grow.</summary>
    internal AmlComputeScaleSettings? Scale { get; init; }
}
