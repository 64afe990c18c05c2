using System.Globalization;
using Azure;
using Azure.Core;
using Azure.ResourceManager;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments;

namespace Workspaces;

/// <summary>Makes the cluster of the plan when it is missing, and sees that it fits when it is not.</summary>
/// <param name="workspace">The workspace.</param>
/// <param name="timeProvider">Clock and timers; the system's when null.</param>
public sealed class ComputeProvisioner(WorkspaceClient workspace, TimeProvider? timeProvider = null)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly TimeProvider time = timeProvider ?? TimeProvider.System;

    /// <summary>Creates the cluster and waits until it stands, or checks the one that is there; one with too few nodes is let grow further.</summary>
    /// <param name="compute">What the plan asks for.</param>
    /// <param name="progress">Told each new state while waiting.</param>
    /// <param name="cancellationToken">Stops waiting; the service goes on with what it has begun.</param>
    /// <exception cref="WorkspaceException">The cluster there has another VM size or priority, is no AmlCompute cluster, or failed (with the service's reason);
    /// or the service refused or did not answer.</exception>
    public Task<ComputeTarget> EnsureAsync(ComputePlan compute, IProgress<string> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(compute);
        ArgumentNullException.ThrowIfNull(progress);
        return ServiceErrors.GuardAsync(() => EnsureOnceAsync(compute, progress, cancellationToken), cancellationToken);
    }

    private async Task<ComputeTarget> EnsureOnceAsync(ComputePlan compute, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var computes = workspace.Resource.GetMachineLearningComputes();
        var found = await Lookup.FindAsync(() => computes.GetAsync(compute.Name, cancellationToken));
        if (found is null)
        {
            var creation = await computes.CreateOrUpdateAsync(WaitUntil.Started, compute.Name, CreateData(compute), cancellationToken);
            var created = await WaitAsync(creation, $"Creating cluster '{compute.Name}' ({compute.VmSize}, {compute.MinNodes} to {compute.MaxNodes} nodes)", progress, cancellationToken);
            RequireUsable(created.Data, compute);
            return Describe(created, compute, StageChange.Created, []);
        }

        found = await WaitUntilSettledAsync(found, progress, cancellationToken);
        var cluster = RequireUsable(found.Data, compute);
        RequireSame(cluster, compute);
        var (differences, scale) = CompareScale(cluster.ScaleSettings, compute);
        if (scale is null)
        {
            return Describe(found, compute, StageChange.Unchanged, differences);
        }

        var update = await found.UpdateAsync(WaitUntil.Started, new MachineLearningComputePatch { ScaleSettings = scale }, cancellationToken);
        var updated = await WaitAsync(update, $"Letting cluster '{compute.Name}' grow to {compute.MaxNodes} nodes", progress, cancellationToken);
        RequireUsable(updated.Data, compute);
        return Describe(updated, compute, StageChange.Updated, differences);
    }

    /// <summary>What differs in the scale settings, and the settings to send: null when the cluster may already grow as far as the plan asks.</summary>
    /// <remarks>A cluster is shared: it is never made smaller, and its minimum and idle time are left as whoever owns it set them.</remarks>
    internal static (IReadOnlyList<string> Differences, AmlComputeScaleSettings? Scale) CompareScale(AmlComputeScaleSettings? found, ComputePlan asked)
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

        return (differences, new AmlComputeScaleSettings(asked.MaxNodes)
        {
            MinNodeCount = minNodes,
            NodeIdleTimeBeforeScaleDown = found?.NodeIdleTimeBeforeScaleDown ?? asked.IdleTimeBeforeScaleDown,
        });
    }

    private static string Minutes(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.##} min");

    private static void RequireSame(AmlComputeProperties found, ComputePlan asked)
    {
        var faults = new List<string>();
        if (!string.Equals(found.VmSize, asked.VmSize, StringComparison.OrdinalIgnoreCase))
        {
            faults.Add($"COMPUTE.VM_SIZE is {asked.VmSize} and cluster '{asked.Name}' has nodes of {found.VmSize}; a cluster cannot change its size: "
                + $"set COMPUTE.VM_SIZE to {found.VmSize}, or COMPUTE_NAME to a cluster that does not exist yet.");
        }

        var priority = found.VmPriority?.ToString() ?? "Dedicated";
        if (!string.Equals(priority, asked.Priority.ToString(), StringComparison.OrdinalIgnoreCase))
        {
            faults.Add($"COMPUTE.PRIORITY is {asked.Priority} and cluster '{asked.Name}' is {priority}; a cluster cannot change its priority: "
                + $"set COMPUTE.PRIORITY to {priority}, or COMPUTE_NAME to a cluster that does not exist yet.");
        }

        if (faults.Count > 0)
        {
            throw new WorkspaceException(string.Join(Environment.NewLine, faults));
        }
    }

    /// <exception cref="WorkspaceException">It is another kind of compute, or its provisioning ended in anything but Succeeded.</exception>
    private static AmlComputeProperties RequireUsable(MachineLearningComputeData data, ComputePlan asked)
    {
        if (data.Properties is not AmlCompute { Properties: { } cluster })
        {
            throw new WorkspaceException($"COMPUTE_NAME is '{asked.Name}', which is a compute of another kind; it must name an AmlCompute cluster, or one that does not exist yet.");
        }

        var state = data.Properties.ProvisioningState;
        if (state is null || state == MachineLearningProvisioningState.Succeeded)
        {
            return cluster;
        }

        var reasons = (data.Properties.ProvisioningErrors ?? [])
            .Select(error => error.Error is { } reason ? $"{reason.Code}: {reason.Message}" : "no reason given")
            .DefaultIfEmpty("the service gave no reason")
            .Select(Secrets.Scrub);
        throw new WorkspaceException(
            $"Cluster '{asked.Name}' is {state}; it must be Succeeded. {string.Join("; ", reasons).TrimEnd('.')}. "
            + $"Delete it (`az ml compute delete --name {asked.Name}`) and run again, or set COMPUTE_NAME to another name.");
    }

    private static bool IsChanging(MachineLearningProvisioningState state) =>
        state == MachineLearningProvisioningState.Creating || state == MachineLearningProvisioningState.Updating || state == MachineLearningProvisioningState.Deleting;

    /// <summary>Waits while somebody else's change to the cluster is under way.</summary>
    private async Task<MachineLearningComputeResource> WaitUntilSettledAsync(MachineLearningComputeResource found, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var pause = ShortestPause;
        while (found.Data.Properties?.ProvisioningState is { } state && IsChanging(state))
        {
            progress.Report($"Waiting for cluster '{found.Id.Name}': {state}");
            await Task.Delay(pause, time, cancellationToken);
            pause = Longer(pause);
            found = (await found.GetAsync(cancellationToken)).Value;
        }

        return found;
    }

    private async Task<MachineLearningComputeResource> WaitAsync(
        ArmOperation<MachineLearningComputeResource> operation, string doing, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var pause = ShortestPause;
        progress.Report(doing);
        while (!operation.HasCompleted)
        {
            await Task.Delay(pause, time, cancellationToken);
            pause = Longer(pause);
            await operation.UpdateStatusAsync(cancellationToken);
            if (!operation.HasCompleted && pause == LongestPause)
            {
                progress.Report($"{doing}: {time.GetElapsedTime(began).TotalSeconds:0} s");
            }
        }

        return operation.Value;
    }

    private static TimeSpan Longer(TimeSpan pause) => TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));

    private static ComputeTarget Describe(MachineLearningComputeResource resource, ComputePlan asked, StageChange change, IReadOnlyList<string> differences)
    {
        var cluster = (resource.Data.Properties as AmlCompute)?.Properties;
        return new ComputeTarget(
            resource.Id.Name, resource.Id.ToString(), cluster?.VmSize ?? asked.VmSize, cluster?.ScaleSettings?.MaxNodeCount ?? asked.MaxNodes, change, differences);
    }

    private static MachineLearningComputeData CreateData(ComputePlan compute) => new(new AzureLocation(compute.Location))
    {
        Properties = new AmlCompute
        {
            ComputeLocation = compute.Location,
            Properties = new AmlComputeProperties
            {
                OSType = MachineLearningOSType.Linux,
                VmSize = compute.VmSize,
                VmPriority = compute.Priority == VmPriority.LowPriority ? MachineLearningVmPriority.LowPriority : MachineLearningVmPriority.Dedicated,
                ScaleSettings = new AmlComputeScaleSettings(compute.MaxNodes)
                {
                    MinNodeCount = compute.MinNodes,
                    NodeIdleTimeBeforeScaleDown = compute.IdleTimeBeforeScaleDown,
                },
            },
        },
    };
}
