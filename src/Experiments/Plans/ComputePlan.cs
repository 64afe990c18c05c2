using Experiments.Model;

namespace Experiments.Plans;

/// <summary>The AmlCompute cluster a job runs on; made when it is missing.</summary>
/// <param name="Name">Cluster name, 3 to 32 characters.</param>
/// <param name="VmSize">Azure VM size of each node, as in <c>Standard_NC4as_T4_v3</c>.</param>
/// <param name="Priority">Dedicated or low-priority nodes.</param>
/// <param name="MinNodes">Nodes kept while the cluster is idle; 0 costs nothing.</param>
/// <param name="MaxNodes">Nodes the cluster grows to; at least 1.</param>
/// <param name="IdleTimeBeforeScaleDown">Time without a job before a node is given back.</param>
/// <param name="Location">Azure region of the cluster.</param>
public sealed record ComputePlan(
    string Name,
    string VmSize,
    VmPriority Priority,
    int MinNodes,
    int MaxNodes,
    TimeSpan IdleTimeBeforeScaleDown,
    string Location
);
