using Azure;
using Azure.Core;
using Azure.ResourceManager;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Models;
using Experiments.Model;
using Experiments.Plans;
using Workspaces.Connection;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.Computes;

/// <summary>Ensures that the cluster of the plan exists and can scale to the planned nodes.</summary>
/// <param name="workspace">The workspace.</param>
/// <param name="timeProvider">Clock and timers; null: the system's.</param>
/// <param name="provisioningSettings">How long to wait for a cluster; null: the defaults.</param>
public sealed class ComputeProvisioner(
    WorkspaceClient workspace,
    TimeProvider? timeProvider = null,
    ProvisioningSettings? provisioningSettings = null
)
{
    /// <summary>Conflicts tolerated before giving up.</summary>
    private const int MostConflicts = 5;

    private readonly TimeProvider time = timeProvider ?? TimeProvider.System;
    private readonly ProvisioningSettings settings = (provisioningSettings ?? new ProvisioningSettings()).Validated();

    private MachineLearningComputeCollection Computes => workspace.Resource.GetMachineLearningComputes();

    /// <summary>
    /// Compares the cluster with the plan; changes nothing. Sends one request when the cluster fits. When it must be created or scaled up,
    /// the region's
    /// VM sizes and quotas are read too, and every problem is reported now.
    /// </summary>
    /// <exception cref="WorkspaceException">The existing cluster has another VM size or priority, is not an AmlCompute cluster, or failed;
    /// or a new one would
    /// have a VM size that the region does not offer, that has no GPU or is not available with low priority, or would exceed a quota (all
    /// faults at once); or the
    /// service refused or did not respond.</exception>
    public Task<ComputeState> ReadAsync(ComputePlan compute, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(compute);
        return ServiceErrors.GuardAsync(() => ReadOnceAsync(compute, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Creates the cluster, scales it up or leaves it unchanged, by <paramref name="state"/>, and waits until it is ready. Another run may
    /// do the same.
    /// </summary>
    /// <param name="compute">The planned cluster.</param>
    /// <param name="state">Result of <see cref="ReadAsync"/>.</param>
    /// <param name="progress">Receives what is waited for and the errors that the cluster's nodes report.</param>
    /// <param name="cancellationToken">Cancels the wait; the service continues what it has begun.</param>
    /// <exception cref="WorkspaceException">The service refused, could not provision the cluster (with its reason), or took longer than
    /// the deadline; or the
    /// cluster now differs from the plan.</exception>
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
        return ServiceErrors.GuardAsync(() => EnsureOnceAsync(compute, state, progress, cancellationToken), cancellationToken);
    }

    private async Task<ComputeState> ReadOnceAsync(ComputePlan compute, CancellationToken cancellationToken)
    {
        var state = Compare(await FindAsync(compute.Name, cancellationToken), compute);
        if (state.Change == StageChange.Unchanged)
            return state with { Notes = [.. state.Notes, .. await MinimumNotesAsync(state, cancellationToken)] };

        var offers = await RegionOffers.ReadAsync(workspace, compute.Location, cancellationToken);
        var sizes = offers.Sizes is null ? null : new SizeCheck(compute, offers.Sizes, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
        // An existing cluster proves that its size is available.
        var faults = state.Change == StageChange.Created ? sizes?.Faults().ToList() ?? [] : [];
        var notes = new List<string>([.. state.Notes, .. offers.Notes]);
        if (sizes is not null && offers.Usages is not null)
        {
            var quotas = new QuotaCheck(compute, ExistingNodes(state), sizes, new Quotas(offers.Usages), workspace.Address.SubscriptionId);
            faults.AddRange(quotas.Faults());
            notes.AddRange(quotas.Notes());
        }

        if (faults.Count > 0)
            throw new WorkspaceException(string.Join(Environment.NewLine, faults));

        var prices = new NodePrices(sizes?.Size, compute.Priority);
        notes.AddRange(new[] { prices.Bracket(compute) }.OfType<string>());
        notes.AddRange(MinimumNotes(state, compute, prices));
        return state with { Notes = notes };
    }

    /// <summary>Compares the cluster that was found with the plan; sends nothing.</summary>
    private ComputeState Compare(MachineLearningComputeResource? found, ComputePlan compute)
    {
        if (found is null)
            return new ComputeState(StageChange.Created, []);

        var provisioning = found.Data.Properties?.ProvisioningState;
        if (provisioning == MachineLearningProvisioningState.Deleting)
        {
            return new ComputeState(StageChange.Created, [])
            {
                Found = found,
                Notes = [$"Cluster '{compute.Name}' is being deleted; it will be created again afterwards."],
            };
        }

        var cluster = ClusterComparison.RequireUsable(found.Data, compute, workspace.Address);
        string[] notes = ClusterComparison.IsChanging(provisioning)
            ? [$"Cluster '{compute.Name}' is {provisioning}; the run waits for it."]
            : [];
        if (cluster is null)
            return new ComputeState(StageChange.Unchanged, []) { Found = found, Notes = notes };

        ClusterComparison.RequireSame(cluster, compute);
        var (differences, scale) = ClusterComparison.CompareScale(cluster.ScaleSettings, compute);
        return new ComputeState(scale is null ? StageChange.Unchanged : StageChange.Updated, differences)
        {
            Found = found,
            Scale = scale,
            Notes =
            [
                .. notes,
                .. ClusterComparison.NodeErrorsOf(cluster, compute.Name),
                .. ClusterComparison.IdentityNotes(found.Data.Identity, compute),
            ],
        };
    }

    private async Task<ComputeTarget> EnsureOnceAsync(
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
                    StageChange.Updated => await ScaleUpAsync(compute, state, wait, cancellationToken),
                    _ => state.Found!,
                };
                if (state.Change != StageChange.Unchanged)
                    ReportNodeErrors(target, progress);
                return Describe(target, compute, state);
            }
            catch (RequestFailedException error)
                when (conflicts < MostConflicts && (error.Status == 409 || (error.Status == 404 && state.Change == StageChange.Updated)))
            {
                // Another run is changing this cluster or has deleted it: re-read it and decide again.
                await wait.PauseAsync(cancellationToken);
                state = Compare(await FindAsync(compute.Name, cancellationToken), compute);
            }
        }
    }

    /// <summary>Waits while another run changes the cluster, then compares the result with the plan.</summary>
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

    private async Task<MachineLearningComputeResource> ScaleUpAsync(
        ComputePlan compute,
        ComputeState state,
        ProvisioningWait wait,
        CancellationToken cancellationToken
    )
    {
        wait.Report($"Scaling cluster '{compute.Name}' up to {compute.MaxNodes} nodes");
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
            // The request succeeded, but the operation failed.
            throw await FailureAsync(error, compute, done, cancellationToken);
        }
    }

    /// <summary>Creates the exception with the reasons of the operation and of the cluster.</summary>
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
        var remedy = left is null ? "" : $" {ClusterComparison.DeleteIt(compute.Name, workspace.Address)}";
        return new WorkspaceException($"Cluster '{compute.Name}' could not be {done}. {reasons}{remedy}", error.Status, code);
    }

    private Task<MachineLearningComputeResource?> FindAsync(string name, CancellationToken cancellationToken) =>
        Lookup.GetOrNullAsync(() => Computes.GetAsync(name, cancellationToken));

    /// <summary>Returns what an unchanged cluster costs while nothing runs. Sends no request when it keeps no nodes.</summary>
    private async Task<IReadOnlyList<string>> MinimumNotesAsync(ComputeState state, CancellationToken cancellationToken)
    {
        if (ClusterOf(state.Found) is not { ScaleSettings.MinNodeCount: > 0 } cluster)
            return [];

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
                    $"COMPUTE.MIN_NODES {compute.MinNodes} keeps {Nodes(compute.MinNodes)} while nothing "
                        + $"runs{prices.PerDay(compute.MinNodes)}; 0 keeps none.",
                ];
        }

        return ClusterOf(state.Found)?.ScaleSettings?.MinNodeCount is > 0 and var kept ? [KeptNote(compute.Name, kept, prices)] : [];
    }

    private string KeptNote(string name, int nodes, NodePrices prices) =>
        $"Cluster '{name}' keeps {Nodes(nodes)} while nothing runs{prices.PerDay(nodes)}; `az ml compute update --name "
        + $"{name} {CommandLine.WorkspaceOptions(workspace.Address)} --min-instances 0` keeps none.";

    private static string Nodes(int count) => count == 1 ? "1 node" : $"{count} nodes";

    // A cluster that is being deleted holds no nodes once it is created again, and its name already counts as a cluster.
    private static int? ExistingNodes(ComputeState state) =>
        state.Found is null ? null
        : state.Change == StageChange.Created ? 0
        : ClusterOf(state.Found)?.CurrentNodeCount ?? 0;

    private static AmlComputeProperties? ClusterOf(MachineLearningComputeResource? resource) =>
        (resource?.Data.Properties as AmlCompute)?.Properties;

    private static void ReportNodeErrors(MachineLearningComputeResource resource, IProgress<string> progress)
    {
        foreach (var error in ClusterComparison.NodeErrorsOf(ClusterOf(resource), resource.Id.Name))
            progress.Report(error);
    }

    private static ComputeTarget Describe(MachineLearningComputeResource resource, ComputePlan planned, ComputeState state)
    {
        var cluster = ClusterOf(resource);
        return new ComputeTarget(
            resource.Id.Name,
            resource.Id.ToString(),
            cluster?.VmSize ?? planned.VmSize,
            cluster?.ScaleSettings?.MaxNodeCount ?? planned.MaxNodes,
            state.Change,
            state.Differences
        );
    }

    private static MachineLearningComputeData CreateData(ComputePlan compute) =>
        new(new AzureLocation(compute.Location))
        {
            Identity = compute.Identity is { } identity
                ? new ManagedServiceIdentity(ManagedServiceIdentityType.UserAssigned)
                {
                    UserAssignedIdentities = { [new ResourceIdentifier(identity)] = new UserAssignedIdentity() },
                }
                : null,
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
