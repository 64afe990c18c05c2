using System.Globalization;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Models;
using Experiments.Model;
using Experiments.Plans;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.Computes;

/// <summary>Compares an existing cluster with the plan.</summary>
internal static class ClusterComparison
{
    /// <summary>
    /// Compares the scale settings and returns those to send; null when the cluster can already scale to the planned nodes.
    /// </summary>
    /// <remarks>A cluster is shared: it is never scaled down, and its minimum and idle time stay as its owner set them.</remarks>
    public static (IReadOnlyList<string> Differences, AmlComputeScaleSettings? Scale) CompareScale(
        AmlComputeScaleSettings? found,
        ComputePlan planned
    )
    {
        var differences = new List<string>();
        var maxNodes = found?.MaxNodeCount ?? 0;
        if (maxNodes < planned.MaxNodes)
            differences.Add($"maxNodeCount: {maxNodes} → {planned.MaxNodes}");
        else if (maxNodes > planned.MaxNodes)
            differences.Add($"maxNodeCount: {maxNodes} kept, {planned.MaxNodes} planned");

        var minNodes = found?.MinNodeCount ?? 0;
        if (minNodes != planned.MinNodes)
            differences.Add($"minNodeCount: {minNodes} kept, {planned.MinNodes} planned");

        if (found?.NodeIdleTimeBeforeScaleDown is { } idle && idle != planned.IdleTimeBeforeScaleDown)
            differences.Add($"nodeIdleTimeBeforeScaleDown: {Minutes(idle)} kept, {Minutes(planned.IdleTimeBeforeScaleDown)} planned");

        if (maxNodes >= planned.MaxNodes)
            return (differences, null);

        return (
            differences,
            new AmlComputeScaleSettings(planned.MaxNodes)
            {
                MinNodeCount = minNodes,
                NodeIdleTimeBeforeScaleDown = found?.NodeIdleTimeBeforeScaleDown ?? planned.IdleTimeBeforeScaleDown,
            }
        );
    }

    /// <summary>Ensures that the cluster has the planned VM size and priority.</summary>
    /// <exception cref="WorkspaceException">The VM size or priority differs, and neither can be changed; the message names the
    /// choices.</exception>
    public static void RequireSame(AmlComputeProperties found, ComputePlan planned)
    {
        var faults = new List<string>();
        if (!string.Equals(found.VmSize, planned.VmSize, StringComparison.OrdinalIgnoreCase))
        {
            faults.Add(
                $"COMPUTE.VM_SIZE is {planned.VmSize} and cluster '{planned.Name}' has nodes of {found.VmSize}; a cluster "
                    + "cannot change its size: "
                    + $"set COMPUTE.VM_SIZE to {found.VmSize}, or COMPUTE_NAME to a cluster that does not exist yet."
            );
        }

        var priority = PriorityOf(found);
        if (priority != planned.Priority)
        {
            faults.Add(
                $"COMPUTE.PRIORITY is {planned.Priority} and cluster '{planned.Name}' is {priority}; a cluster cannot change its priority: "
                    + $"set COMPUTE.PRIORITY to {priority}, or COMPUTE_NAME to a cluster that does not exist yet."
            );
        }

        if (faults.Count > 0)
            throw new WorkspaceException(string.Join(Environment.NewLine, faults));
    }

    /// <summary>Returns a note when the cluster lacks the planned identity.</summary>
    /// <remarks>A cluster is shared: its identity stays as its owner set it.</remarks>
    public static IEnumerable<string> IdentityNotes(ManagedServiceIdentity? found, ComputePlan planned)
    {
        if (
            planned.Identity is { } identity
            && found?.UserAssignedIdentities.Keys.Any(key => string.Equals(key, identity, StringComparison.OrdinalIgnoreCase)) != true
        )
        {
            yield return $"Cluster '{planned.Name}' does not have the identity of COMPUTE_IDENTITY, so its nodes may not be allowed to "
                + "pull the image: add the identity to it, or set COMPUTE_NAME to a cluster that does not exist yet.";
        }
    }

    /// <summary>
    /// Ensures that the compute is a usable cluster and returns its properties; null while it is being created and the service returns
    /// none.
    /// </summary>
    /// <exception cref="WorkspaceException">The compute is of another kind, or its provisioning ended other than Succeeded.</exception>
    public static AmlComputeProperties? RequireUsable(MachineLearningComputeData data, ComputePlan planned, WorkspaceAddress address)
    {
        if (data.Properties is not AmlCompute cluster)
        {
            throw new WorkspaceException(
                $"COMPUTE_NAME is '{planned.Name}', which is a compute of another kind; it must name an AmlCompute cluster, or "
                    + "one that does not exist yet."
            );
        }

        return cluster.ProvisioningState is not { } state || state == MachineLearningProvisioningState.Succeeded || IsChanging(state)
            ? cluster.Properties
            : throw new WorkspaceException(
                $"Cluster '{planned.Name}' is {state}; it must be Succeeded. {Sentence(ReasonsOf(cluster))} "
                    + $"{DeleteIt(planned.Name, address)}"
            );
    }

    /// <summary>Returns whether a change to the cluster is in progress, perhaps by another run.</summary>
    public static bool IsChanging(MachineLearningProvisioningState? state) =>
        state == MachineLearningProvisioningState.Creating
        || state == MachineLearningProvisioningState.Updating
        || state == MachineLearningProvisioningState.Deleting;

    /// <summary>Returns why provisioning failed, as <c>code: message</c>, and the errors of the nodes.</summary>
    public static IEnumerable<string> ReasonsOf(MachineLearningComputeProperties? compute) =>
        (compute?.ProvisioningErrors ?? []).Concat((compute as AmlCompute)?.Properties?.Errors ?? []).Select(Describe);

    /// <summary>Returns the errors that nodes of a running cluster report: no capacity, no quota, a node that cannot be set up.</summary>
    public static IEnumerable<string> NodeErrorsOf(AmlComputeProperties? cluster, string name) =>
        (cluster?.Errors ?? [])
            .Select(Describe)
            .Distinct(StringComparer.Ordinal)
            .Select(error => $"Cluster '{name}' reports errors of its nodes: {error}");

    /// <summary>Joins reasons to one sentence.</summary>
    public static string Sentence(IEnumerable<string> reasons) =>
        string.Join(
            "; ",
            reasons.Select(reason => reason.TrimEnd('.')).Distinct(StringComparer.Ordinal).DefaultIfEmpty("The service gave no reason")
        ) + ".";

    /// <summary>Formats the remedy for a failed cluster.</summary>
    public static string DeleteIt(string name, WorkspaceAddress address) =>
        $"Delete it (`az ml compute delete --name {name} {CommandLine.WorkspaceOptions(address)}`) and run again, or set "
        + "COMPUTE_NAME to another name.";

    /// <summary>Gets the priority of a cluster's nodes.</summary>
    public static VmPriority PriorityOf(AmlComputeProperties cluster) =>
        cluster.VmPriority == MachineLearningVmPriority.LowPriority ? VmPriority.LowPriority : VmPriority.Dedicated;

    private static string Describe(MachineLearningError error) =>
        Secrets.Scrub(error.Error is { } reason ? $"{reason.Code}: {reason.Message}" : "an error without a reason");

    private static string Minutes(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.##} min");
}
