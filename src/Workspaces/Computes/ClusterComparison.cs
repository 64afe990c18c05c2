using System.Globalization;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Model;
using Experiments.Plans;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.Computes;

/// <summary>Holds a cluster that is there against the plan.</summary>
internal static class ClusterComparison
{
    /// <summary>What differs in the scale settings, and the settings to send: null when the cluster may already grow as far as the plan asks.</summary>
    /// <remarks>A cluster is shared: it is never made smaller, and its minimum and idle time are left as whoever owns it set them.</remarks>
    public static (IReadOnlyList<string> Differences, AmlComputeScaleSettings? Scale) CompareScale(
        AmlComputeScaleSettings? found,
        ComputePlan asked
    )
    {
        var differences = new List<string>();
        var maxNodes = found?.MaxNodeCount ?? 0;
        if (maxNodes < asked.MaxNodes)
        {
            differences.Add($"maxNodeCount: {maxNodes} → {asked.MaxNodes}");
        }
        else if (maxNodes > asked.MaxNodes)
        {
            differences.Add($"maxNodeCount: {maxNodes} kept, {asked.MaxNodes} asked");
        }

        var minNodes = found?.MinNodeCount ?? 0;
        if (minNodes != asked.MinNodes)
        {
            differences.Add($"minNodeCount: {minNodes} kept, {asked.MinNodes} asked");
        }

        if (found?.NodeIdleTimeBeforeScaleDown is { } idle && idle != asked.IdleTimeBeforeScaleDown)
        {
            differences.Add($"nodeIdleTimeBeforeScaleDown: {Minutes(idle)} kept, {Minutes(asked.IdleTimeBeforeScaleDown)} asked");
        }

        if (maxNodes >= asked.MaxNodes)
        {
            return (differences, null);
        }

        return (
            differences,
            new AmlComputeScaleSettings(asked.MaxNodes)
            {
                MinNodeCount = minNodes,
                NodeIdleTimeBeforeScaleDown = found?.NodeIdleTimeBeforeScaleDown ?? asked.IdleTimeBeforeScaleDown,
            }
        );
    }

    /// <exception cref="WorkspaceException">The cluster has another VM size or priority, which cannot be changed; names the choices.</exception>
    public static void RequireSame(AmlComputeProperties found, ComputePlan asked)
    {
        var faults = new List<string>();
        if (!string.Equals(found.VmSize, asked.VmSize, StringComparison.OrdinalIgnoreCase))
        {
            faults.Add(
                $"COMPUTE.VM_SIZE is {asked.VmSize} and cluster '{asked.Name}' has nodes of {found.VmSize}; a cluster cannot change its size: "
                    + $"set COMPUTE.VM_SIZE to {found.VmSize}, or COMPUTE_NAME to a cluster that does not exist yet."
            );
        }

        var priority = PriorityOf(found);
        if (priority != asked.Priority)
        {
            faults.Add(
                $"COMPUTE.PRIORITY is {asked.Priority} and cluster '{asked.Name}' is {priority}; a cluster cannot change its priority: "
                    + $"set COMPUTE.PRIORITY to {priority}, or COMPUTE_NAME to a cluster that does not exist yet."
            );
        }

        if (faults.Count > 0)
        {
            throw new WorkspaceException(string.Join(Environment.NewLine, faults));
        }
    }

    /// <summary>The cluster's own properties; null while it is being made and the service tells no more than that.</summary>
    /// <exception cref="WorkspaceException">It is another kind of compute, or its provisioning ended in anything but Succeeded.</exception>
    public static AmlComputeProperties? RequireUsable(MachineLearningComputeData data, ComputePlan asked, WorkspaceAddress address)
    {
        if (data.Properties is not AmlCompute cluster)
        {
            throw new WorkspaceException(
                $"COMPUTE_NAME is '{asked.Name}', which is a compute of another kind; it must name an AmlCompute cluster, or one that does not exist yet."
            );
        }

        return cluster.ProvisioningState is not { } state || state == MachineLearningProvisioningState.Succeeded || IsChanging(state)
            ? cluster.Properties
            : throw new WorkspaceException(
                $"Cluster '{asked.Name}' is {state}; it must be Succeeded. {Sentence(ReasonsOf(cluster))} {DeleteIt(asked.Name, address)}"
            );
    }

    /// <summary>Whether a change to it, somebody else's perhaps, is under way.</summary>
    public static bool IsChanging(MachineLearningProvisioningState? state) =>
        state == MachineLearningProvisioningState.Creating
        || state == MachineLearningProvisioningState.Updating
        || state == MachineLearningProvisioningState.Deleting;

    /// <summary>Why its provisioning failed, as <c>code: message</c>, and what its nodes report.</summary>
    public static IEnumerable<string> ReasonsOf(MachineLearningComputeProperties? compute) =>
        (compute?.ProvisioningErrors ?? []).Concat((compute as AmlCompute)?.Properties?.Errors ?? []).Select(Describe);

    /// <summary>What the nodes of a cluster that stands report: no capacity, no quota, a node that cannot be set up.</summary>
    public static IEnumerable<string> TroubleOf(AmlComputeProperties? cluster, string name) =>
        (cluster?.Errors ?? [])
            .Select(Describe)
            .Distinct(StringComparer.Ordinal)
            .Select(error => $"Cluster '{name}' has trouble with its nodes: {error}");

    public static string Sentence(IEnumerable<string> reasons) =>
        string.Join(
            "; ",
            reasons.Select(reason => reason.TrimEnd('.')).Distinct(StringComparer.Ordinal).DefaultIfEmpty("The service gave no reason")
        ) + ".";

    public static string DeleteIt(string name, WorkspaceAddress address) =>
        $"Delete it (`az ml compute delete --name {name} {CommandLine.WorkspaceOptions(address)}`) and run again, or set COMPUTE_NAME to another name.";

    /// <summary>Gets the priority of a cluster's nodes.</summary>
    public static VmPriority PriorityOf(AmlComputeProperties cluster) =>
        cluster.VmPriority == MachineLearningVmPriority.LowPriority ? VmPriority.LowPriority : VmPriority.Dedicated;

    private static string Describe(MachineLearningError error) =>
        Secrets.Scrub(error.Error is { } reason ? $"{reason.Code}: {reason.Message}" : "an error without a reason");

    private static string Minutes(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.##} min");
}
