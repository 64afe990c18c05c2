using System.Text.Json.Serialization;
using Experiments.Records;
using Workspaces.Connection;

namespace Workspaces.Computes;

/// <summary>The cluster that runs a job.</summary>
/// <param name="Name">Cluster name.</param>
/// <param name="Id">ARM id.</param>
/// <param name="VmSize">VM size of each node.</param>
/// <param name="MaxNodes">Maximum number of nodes; may exceed the plan's.</param>
/// <param name="Change">The change that was made.</param>
/// <param name="Differences">The changes, as <c>maxNodeCount: 1 → 3</c>, and the differences that stayed, marked <c>kept</c>.</param>
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

    /// <inheritdoc/>
    public static JsonSerializerContext? Forms => ComputeTargetJson.Default;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ComputeTarget))]
internal sealed partial class ComputeTargetJson : JsonSerializerContext;
