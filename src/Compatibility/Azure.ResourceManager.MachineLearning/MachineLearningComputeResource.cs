using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A compute target of a workspace.</summary>
public partial class MachineLearningComputeResource : ArmResource
{
    public static readonly ResourceType ResourceType = "Microsoft.MachineLearningServices/workspaces/computes";

    private readonly ArmResources<MachineLearningComputeResource> operations = null!;
    private readonly MachineLearningComputeData? data;

    /// <summary>Creates an instance for a test that derives from this class.</summary>
    protected MachineLearningComputeResource() { }

    internal MachineLearningComputeResource(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(ResourceType, out var apiVersion);
        operations = Operations(client, new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion));
    }

    private MachineLearningComputeResource(ArmClient client, MachineLearningComputeData data)
        : this(client, data.Id) => this.data = data;

    /// <summary>Gets whether this holds the resource's data, and not only its id.</summary>
    public virtual bool HasData => data is not null;

    /// <exception cref="InvalidOperationException">This holds no data; <see cref="HasData"/> is false.</exception>
    public virtual MachineLearningComputeData Data =>
        data ?? throw new InvalidOperationException("The current instance does not have data; call GetAsync first.");

    public static ResourceIdentifier CreateResourceIdentifier(
        string subscriptionId,
        string resourceGroupName,
        string workspaceName,
        string computeName
    ) =>
        new(
            $"/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
                + $"/providers/Microsoft.MachineLearningServices/workspaces/{workspaceName}/computes/{computeName}"
        );

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningComputeResource>> GetAsync(CancellationToken cancellationToken = default) =>
        operations.GetAsync(ArmRequests.PathOf(Id), cancellationToken);

    /// <summary>Changes the scale settings.</summary>
    public virtual Task<ArmOperation<MachineLearningComputeResource>> UpdateAsync(
        WaitUntil waitUntil,
        MachineLearningComputePatch patch,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(patch);
        return operations.WriteLongRunningAsync(waitUntil, RequestMethod.Patch, ArmRequests.PathOf(Id), patch, cancellationToken);
    }

    /// <param name="waitUntil">Whether to return when the request is accepted, or when the compute is gone.</param>
    /// <param name="underlyingResourceAction">What happens to the machines: deleted with the compute, or detached from the
    /// workspace.</param>
    /// <param name="cancellationToken">Cancels the request and the wait.</param>
    public virtual Task<ArmOperation> DeleteAsync(
        WaitUntil waitUntil,
        MachineLearningUnderlyingResourceAction underlyingResourceAction,
        CancellationToken cancellationToken = default
    ) =>
        operations.RunAsync(
            waitUntil,
            RequestMethod.Delete,
            ArmRequests.PathOf(Id),
            cancellationToken,
            ("underlyingResourceAction", underlyingResourceAction.ToString())
        );

    /// <summary>The nodes of an AmlCompute cluster as they are now.</summary>
    public virtual AsyncPageable<AmlComputeNodeInformation> GetNodesAsync(CancellationToken cancellationToken = default)
    {
        var requests = operations.Requests;
        return new LinkedPages<AmlComputeNodeInformation>(
            requests,
            () => requests.Create(RequestMethod.Post, ArmRequests.PathOf(Id, "listNodes")),
            "nodes",
            AmlComputeNodeInformation.Read,
            cancellationToken
        );
    }

    internal static ArmResources<MachineLearningComputeResource> Operations(ArmClient client, ArmRequests requests) =>
        new(client, requests, static (owner, json) => new MachineLearningComputeResource(owner, MachineLearningComputeData.Read(json)));
}
