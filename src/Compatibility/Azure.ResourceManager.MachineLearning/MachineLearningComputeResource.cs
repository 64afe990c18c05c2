using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A compute target of a workspace.</summary>
public partial class MachineLearningComputeResource : ArmResource
{
    public static readonly ResourceType ResourceType = "Microsoft.MachineLearningServices/workspaces/computes";

    private readonly ArmResources<MachineLearningComputeResource> _operations = null!;
    private readonly MachineLearningComputeData? _data;

    /// <summary>For mocking.</summary>
    protected MachineLearningComputeResource() { }

    internal MachineLearningComputeResource(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(ResourceType, out var apiVersion);
        _operations = Operations(client, new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion));
    }

    private MachineLearningComputeResource(ArmClient client, MachineLearningComputeData data)
        : this(client, data.Id) => _data = data;

    /// <summary>Whether this holds what the service answered, and not only the id.</summary>
    public virtual bool HasData => _data is not null;

    /// <exception cref="InvalidOperationException">There is no data; <see cref="HasData"/> is false.</exception>
    public virtual MachineLearningComputeData Data =>
        _data ?? throw new InvalidOperationException("The current instance does not have data; call GetAsync first.");

    public static ResourceIdentifier CreateResourceIdentifier(
        string subscriptionId,
        string resourceGroupName,
        string workspaceName,
        string computeName
    ) =>
        new(
            $"/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.MachineLearningServices/workspaces/{workspaceName}/computes/{computeName}"
        );

    /// <exception cref="RequestFailedException">The service answered with an error; 404 means that it is not there.</exception>
    public virtual Task<Response<MachineLearningComputeResource>> GetAsync(CancellationToken cancellationToken = default) =>
        _operations.GetAsync(ArmRequests.PathOf(Id), cancellationToken);

    /// <summary>Changes the scale settings.</summary>
    public virtual Task<ArmOperation<MachineLearningComputeResource>> UpdateAsync(
        WaitUntil waitUntil,
        MachineLearningComputePatch patch,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(patch);
        return _operations.WriteLongRunningAsync(waitUntil, RequestMethod.Patch, ArmRequests.PathOf(Id), patch, cancellationToken);
    }

    /// <param name="waitUntil">Whether to return when the request is accepted, or when the compute is gone.</param>
    /// <param name="underlyingResourceAction">What happens to the machines: deleted with the compute, or detached from the workspace.</param>
    /// <param name="cancellationToken">Stops the request and the waiting.</param>
    public virtual Task<ArmOperation> DeleteAsync(
        WaitUntil waitUntil,
        MachineLearningUnderlyingResourceAction underlyingResourceAction,
        CancellationToken cancellationToken = default
    ) =>
        _operations.RunAsync(
            waitUntil,
            RequestMethod.Delete,
            ArmRequests.PathOf(Id),
            cancellationToken,
            ("underlyingResourceAction", underlyingResourceAction.ToString())
        );

    /// <summary>The nodes of an AmlCompute cluster as they are now.</summary>
    public virtual AsyncPageable<AmlComputeNodeInformation> GetNodesAsync(CancellationToken cancellationToken = default)
    {
        var requests = _operations.Requests;
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
