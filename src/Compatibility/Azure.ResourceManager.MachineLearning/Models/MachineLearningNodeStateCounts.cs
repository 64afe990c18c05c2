using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Holds the number of a cluster's nodes in each state.</summary>
public partial class MachineLearningNodeStateCounts
{
    internal MachineLearningNodeStateCounts() { }

    public int? IdleNodeCount { get; private init; }

    public int? RunningNodeCount { get; private init; }

    public int? PreparingNodeCount { get; private init; }

    public int? UnusableNodeCount { get; private init; }

    public int? LeavingNodeCount { get; private init; }

    public int? PreemptedNodeCount { get; private init; }

    internal static MachineLearningNodeStateCounts Read(JsonElement json) =>
        new()
        {
            IdleNodeCount = json.Int32("idleNodeCount"),
            RunningNodeCount = json.Int32("runningNodeCount"),
            PreparingNodeCount = json.Int32("preparingNodeCount"),
            UnusableNodeCount = json.Int32("unusableNodeCount"),
            LeavingNodeCount = json.Int32("leavingNodeCount"),
            PreemptedNodeCount = json.Int32("preemptedNodeCount"),
        };
}
