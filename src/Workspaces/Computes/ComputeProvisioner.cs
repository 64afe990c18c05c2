using Azure;
using Azure.Core;
using Azure.ResourceManager;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Model;
using Experiments.Plans;
using Workspaces.Connection;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.Computes;

/// <summary>Makes the cluster of the plan when it is missing, and sees that it fits when it is not.</summary>
/// <param name="workspace">The workspace.</param>
/// <param name="timeProvider">Clock and timers; the system's when null.</param>
/// <param name="provisioningSettings">How long a cluster is waited for; the defaults when null.</param>
public sealed class ComputeProvisioner(
    WorkspaceClient workspace,
    TimeProvider? timeProvider = null,
    ProvisioningSettings? provisioningSettings = null
)
{
    /// <summary>How often another run may be faster before its refusal counts.</summary>
    private const int MostConflicts = 5;

    private readonly TimeProvider time = timeProvider ?? TimeProvider.System;
    private readonly ProvisioningSettings settings = (provisioningSettings ?? new ProvisioningSettings()).Validated();

    private MachineLearningComputeCollection Computes => workspace.Resource.GetMachineLearningComputes();

    /// <summary>
    /// Looks whether the cluster is there as asked; changes nothing. One request when it is. When it has to be made or to grow, the region's VM sizes and
    /// quotas are read too, and what will not work is said now.
    /// </summary>
    /// <exception cref="WorkspaceException">The cluster there has another VM size or priority, is no AmlCompute cluster, or failed; or a new one would have a
    /// VM size that the region does not offer, without GPU, not to be had with low priority, or above a quota (every such fault at once); or the service refused
    /// or did not answer.</exception>
    public Task<ComputeState> ReadAsync(ComputePlan compute, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(compute);
        return ServiceErrors.GuardAsync(() => CheckAsync(compute, cancellationToken), cancellationToken);
    }

    /// <summary>Creates the cluster and waits until it stands, lets it grow, or leaves it, as <paramref name="state"/> says; another run that does the same is no error.</summary>
    /// <param name="compute">What the plan asks for.</param>
    /// <param name="state">What <see cref="ReadAsync"/> found.</param>
    /// <param name="progress">Told what is waited for, and what trouble the nodes of the cluster report.</param>
    /// <param name="cancellationToken">Stops waiting; the service goes on with what it has begun.</param>
    /// <exception cref="WorkspaceException">The service refused, could not provision the cluster (with its reason), or took longer than the deadline; or the
    /// cluster has come to differ from the plan.</exception>
    public Task<ComputeTarget> EnsureAsync(
        ComputePlan compute,
        ComputeState state,
        IProgress<string> progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(compute);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(progress);
        return ServiceErrors.GuardAsync(() => CarryOutAsync(compute, state, progress, cancellationToken), cancellationToken);
    }

    private async Task<ComputeState> CheckAsync(ComputePlan compute, CancellationToken cancellationToken)
    {
        var state = Compare(await FindAsync(compute.Name, cancellationToken), compute);
        if (state.Change == StageChange.Unchanged)
        {
            return state with { Notes = [.. state.Notes, .. await MinimumNotesAsync(state, cancellationToken)] };
        }

        var offers = await RegionOffers.ReadAsync(workspace, compute.Location, cancellationToken);
        var sizes = offers.Sizes is null ? null : new SizeCheck(compute, offers.Sizes, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
        // A cluster that stands has shown that its size can be had.
        var faults = state.Change == StageChange.Created ? sizes?.Faults().ToList() ?? [] : [];
        var notes = new List<string>([.. state.Notes, .. offers.Notes]);
        if (sizes is not null && offers.Usages is not null)
        {
            var quotas = new QuotaCheck(compute, NodesThere(state), sizes, new Quotas(offers.Usages), workspace.Address.SubscriptionId);
            faults.AddRange(quotas.Faults());
            notes.AddRange(quotas.Notes());
        }

        if (faults.Count > 0)
        {
            throw new WorkspaceException(string.Join(Environment.NewLine, faults));
        }

        var prices = new NodePrices(sizes?.Size, compute.Priority);
        notes.AddRange(new[] { prices.Bracket(compute) }.OfType<string>());
        notes.AddRange(MinimumNotes(state, compute, prices));
        return state with { Notes = notes };
    }

    /// <summary>What is to do about the cluster that was found; sends nothing.</summary>
    private ComputeState Compare(MachineLearningComputeResource? found, ComputePlan compute)
    {
        if (found is null)
        {
            return new ComputeState(StageChange.Created, []);
        }

        var provisioning = found.Data.Properties?.ProvisioningState;
        if (provisioning == MachineLearningProvisioningState.Deleting)
        {
            return new ComputeState(StageChange.Created, [])
            {
                Found = found,
                Notes = [$"Cluster '{compute.Name}' is being deleted; it is made anew once it is gone."],
            };
        }

        var cluster = ClusterComparison.RequireUsable(found.Data, compute, workspace.Address);
        string[] notes = ClusterComparison.IsChanging(provisioning)
            ? [$"Cluster '{compute.Name}' is {provisioning}; that is waited for."]
            : [];
        if (cluster is null)
        {
            return new ComputeState(StageChange.Unchanged, []) { Found = found, Notes = notes };
        }

        ClusterComparison.RequireSame(cluster, compute);
        var (differences, scale) = ClusterComparison.CompareScale(cluster.ScaleSettings, compute);
        return new ComputeState(scale is null ? StageChange.Unchanged : StageChange.Updated, differences)
        {
            Found = found,
            Scale = scale,
            Notes = [.. notes, .. ClusterComparison.TroubleOf(cluster, compute.Name)],
        };
    }

    private async Task<ComputeTarget> CarryOutAsync(
        ComputePlan compute,
        ComputeState state,
        IProgress<string> progress,
        CancellationToken cancellationToken
    )
    {
        var wait = new ProvisioningWait(compute, workspace.Address, settings, time, progress);
        for (var conflicts = 0; ; conflicts++)
        {
            state = await SettleAsync(compute, state, wait, cancellationToken);
            try
            {
                var target = state.Change switch
                {
                    StageChange.Created => await CreateAsync(compute, wait, cancellationToken),
                    StageChange.Updated => await GrowAsync(compute, state, wait, cancellationToken),
                    _ => state.Found!,
                };
                if (state.Change != StageChange.Unchanged)
                    ReportTrouble(target, progress);
                return Describe(target, compute, state);
            }
            catch (RequestFailedException error)
                when (conflicts < MostConflicts && (error.Status == 409 || (error.Status == 404 && state.Change == StageChange.Updated)))
            {
                // Somebody else is about the same cluster, or has deleted it. What has become of it decides.
                await wait.PauseAsync(cancellationToken);
                state = Compare(await FindAsync(compute.Name, cancellationToken), compute);
            }
        }
    }

    /// <summary>Waits while a change to the cluster, somebody else's, is under way; what it comes to is compared anew.</summary>
    private async Task<ComputeState> SettleAsync(
        ComputePlan compute,
        ComputeState state,
        ProvisioningWait wait,
        CancellationToken cancellationToken
    )
    {
        while (state.Found?.Data.Properties?.ProvisioningState is { } provisioning && ClusterComparison.IsChanging(provisioning))
        {
            wait.Report($"Waiting for cluster '{compute.Name}': {provisioning}");
            await wait.PauseAsync(cancellationToken);
            state = Compare(await FindAsync(compute.Name, cancellationToken), compute);
        }

        return state;
    }

    private async Task<MachineLearningComputeResource> CreateAsync(
        ComputePlan compute,
        ProvisioningWait wait,
        CancellationToken cancellationToken
    )
    {
        wait.Report($"Creating cluster '{compute.Name}' ({compute.VmSize}, {compute.MinNodes} to {compute.MaxNodes} nodes)");
        var operation = await Computes.CreateOrUpdateAsync(WaitUntil.Started, compute.Name, CreateData(compute), cancellationToken);
        return await CompleteAsync(operation, compute, "created", wait, cancellationToken);
    }

    private async Task<MachineLearningComputeResource> GrowAsync(
        ComputePlan compute,
        ComputeState state,
        ProvisioningWait wait,
        CancellationToken cancellationToken
    )
    {
        wait.Report($"Letting cluster '{compute.Name}' grow to {compute.MaxNodes} nodes");
        var patch = new MachineLearningComputePatch { ScaleSettings = state.Scale };
        var operation = await state.Found!.UpdateAsync(WaitUntil.Started, patch, cancellationToken);
        return await CompleteAsync(operation, compute, "changed", wait, cancellationToken);
    }

    private async Task<MachineLearningComputeResource> CompleteAsync(
        ArmOperation<MachineLearningComputeResource> operation,
        ComputePlan compute,
        string done,
        ProvisioningWait wait,
        CancellationToken cancellationToken
    )
    {
        try
        {
            while (!operation.HasCompleted)
            {
                await wait.PauseAsync(cancellationToken);
                await operation.UpdateStatusAsync(cancellationToken);
            }

            var resource = operation.Value;
            ClusterComparison.RequireUsable(resource.Data, compute, workspace.Address);
            return resource;
        }
        catch (RequestFailedException error) when (error.Status is >= 200 and < 300)
        {
            // The service answered, and what it says is that it failed.
            throw await FailureAsync(error, compute, done, cancellationToken);
        }
    }

    /// <summary>The reason of the operation, and those the cluster itself holds.</summary>
    private async Task<WorkspaceException> FailureAsync(
        RequestFailedException error,
        ComputePlan compute,
        string done,
        CancellationToken cancellationToken
    )
    {
        var (code, message) = error.GetRawResponse() is { } response ? ErrorBody.Read(response) : default;
        string[] own = code is null && message is null ? [] : [Secrets.Scrub($"{code}: {message}")];
        var left = await FindAsync(compute.Name, cancellationToken);
        var reasons = ClusterComparison.Sentence(own.Concat(ClusterComparison.ReasonsOf(left?.Data.Properties)));
        var mend = left is null ? "" : $" {ClusterComparison.DeleteIt(compute.Name, workspace.Address)}";
        return new WorkspaceException($"Cluster '{compute.Name}' could not be {done}. {reasons}{mend}", error.Status, code);
    }

    private Task<MachineLearningComputeResource?> FindAsync(string name, CancellationToken cancellationToken) =>
        Lookup.GetOrNullAsync(() => Computes.GetAsync(name, cancellationToken));

    /// <summary>What a cluster that is left as it is costs while nothing runs; no request when it keeps no nodes.</summary>
    private async Task<IReadOnlyList<string>> MinimumNotesAsync(ComputeState state, CancellationToken cancellationToken)
    {
        if (ClusterOf(state.Found) is not { ScaleSettings.MinNodeCount: > 0 } cluster)
        {
            return [];
        }

        var sizes = await RegionOffers.ReadSizesAsync(workspace, state.Found!.Data.Location.Name, cancellationToken);
        var size = sizes?.FirstOrDefault(size => string.Equals(size.Name, cluster.VmSize, StringComparison.OrdinalIgnoreCase));
        return
        [
            KeptNote(
                state.Found.Id.Name,
                cluster.ScaleSettings.MinNodeCount.Value,
                new NodePrices(size, ClusterComparison.PriorityOf(cluster))
            ),
        ];
    }

    private IEnumerable<string> MinimumNotes(ComputeState state, ComputePlan compute, NodePrices prices)
    {
        if (state.Change == StageChange.Created)
        {
            return compute.MinNodes == 0
                ? []
                :
                [
                    $"COMPUTE.MIN_NODES {compute.MinNodes} keeps {Nodes(compute.MinNodes)} while nothing runs{prices.ADay(compute.MinNodes)}; 0 keeps none.",
                ];
        }

        return ClusterOf(state.Found)?.ScaleSettings?.MinNodeCount is > 0 and var kept ? [KeptNote(compute.Name, kept, prices)] : [];
    }

    private string KeptNote(string name, int nodes, NodePrices prices) =>
        $"Cluster '{name}' keeps {Nodes(nodes)} while nothing runs{prices.ADay(nodes)}; `az ml compute update --name {name} {CommandLine.WorkspaceOptions(workspace.Address)} --min-instances 0` ends that.";

    private static string Nodes(int count) => count == 1 ? "1 node" : $"{count} nodes";

    // The nodes of a cluster that is being deleted count no longer once it is made anew; the cluster itself is not one more.
    private static int? NodesThere(ComputeState state) =>
        state.Found is null ? null
        : state.Change == StageChange.Created ? 0
        : ClusterOf(state.Found)?.CurrentNodeCount ?? 0;

    private static AmlComputeProperties? ClusterOf(MachineLearningComputeResource? resource) =>
        (resource?.Data.Properties as AmlCompute)?.Properties;

    private static void ReportTrouble(MachineLearningComputeResource resource, IProgress<string> progress)
    {
        foreach (var trouble in ClusterComparison.TroubleOf(ClusterOf(resource), resource.Id.Name))
        {
            progress.Report(trouble);
        }
    }

    private static ComputeTarget Describe(MachineLearningComputeResource resource, ComputePlan asked, ComputeState state)
    {
        var cluster = ClusterOf(resource);
        return new ComputeTarget(
            resource.Id.Name,
            resource.Id.ToString(),
            cluster?.VmSize ?? asked.VmSize,
            cluster?.ScaleSettings?.MaxNodeCount ?? asked.MaxNodes,
            state.Change,
            state.Differences
        );
    }

    private static MachineLearningComputeData CreateData(ComputePlan compute) =>
        new(new AzureLocation(compute.Location))
        {
            Properties = new AmlCompute
            {
                ComputeLocation = compute.Location,
                Properties = new AmlComputeProperties
                {
                    OSType = MachineLearningOSType.Linux,
                    VmSize = compute.VmSize,
                    VmPriority =
                        compute.Priority == VmPriority.LowPriority
                            ? MachineLearningVmPriority.LowPriority
                            : MachineLearningVmPriority.Dedicated,
                    ScaleSettings = new AmlComputeScaleSettings(compute.MaxNodes)
                    {
                        MinNodeCount = compute.MinNodes,
                        NodeIdleTimeBeforeScaleDown = compute.IdleTimeBeforeScaleDown,
                    },
                },
            },
        };
}
