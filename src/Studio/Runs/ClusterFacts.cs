namespace Studio.Runs;

/// <summary>Describes a cluster at one moment.</summary>
/// <param name="Name">Name of the cluster.</param>
/// <param name="Size">VM size.</param>
/// <param name="Priority"><c>Dedicated</c> or <c>LowPriority</c>.</param>
/// <param name="MinNodes">Nodes that always run.</param>
/// <param name="MaxNodes">The most nodes.</param>
/// <param name="Nodes">The nodes that run, start or leave.</param>
/// <param name="Queue">Names of the jobs that wait, the first of them first.</param>
/// <param name="PricePerHour">Estimated retail price of one node in USD; null where it is unknown.</param>
public sealed record ClusterFacts(
    string Name,
    string Size,
    string Priority,
    int MinNodes,
    int MaxNodes,
    IReadOnlyList<NodeFacts> Nodes,
    IReadOnlyList<string> Queue,
    double? PricePerHour
);
