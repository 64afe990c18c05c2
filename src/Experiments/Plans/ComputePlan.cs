using Experiments.Model;

namespace Experiments.Plans;

/// <summary>The AmlCompute cluster on which a job runs; created when it is missing.</summary>
/// <param name="Name">Cluster name, 3 to 32 characters.</param>
/// <param name="VmSize">Azure VM size of each node, as in <c>Standard_NC4as_T4_v3</c>.</param>
/// <param name="Priority">Dedicated or low-priority nodes.</param>
/// <param name="MinNodes">Nodes kept while the cluster is idle; 0 costs nothing.</param>
/// <param name="MaxNodes">Most nodes of the cluster; at least 1.</param>
/// <param name="IdleTimeBeforeScaleDown">Time without a job before a node is released.</param>
/// <param name="Location">Azure region of the cluster.</param>
public sealed record ComputePlan(
    string Name,
    string VmSize,
    VmPriority Priority,
    int MinNodes,
    int MaxNodes,
    TimeSpan IdleTimeBeforeScaleDown,
    string Location
)
{
    /// <summary>Resource id of the user-assigned identity of a cluster that is created; null creates one without.</summary>
    public string? Identity { get; init; }

    /// <summary>Returns the cluster of an experiment.</summary>
    public static ComputePlan Of(Experiment experiment, EnvironmentConfig environment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(environment);
        return new(
            experiment.ComputeName,
            experiment.Compute.VmSize,
            experiment.Compute.Priority,
            experiment.Compute.MinNodes,
            experiment.Nodes,
            TimeSpan.FromMinutes(experiment.Compute.IdleMinutes),
            environment.Location
        )
        {
            Identity = environment.ComputeIdentity,
        };
    }
}
