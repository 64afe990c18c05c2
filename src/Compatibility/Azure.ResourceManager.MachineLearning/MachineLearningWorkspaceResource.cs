using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>An Azure Machine Learning workspace, the parent of its other resources.</summary>
public partial class MachineLearningWorkspaceResource : ArmResource
{
    public static readonly ResourceType ResourceType = "Microsoft.MachineLearningServices/workspaces";

    private readonly ArmResources<MachineLearningWorkspaceResource> operations = null!;
    private readonly MachineLearningWorkspaceData? data;

    /// <summary>Creates an instance for a test that derives from this class.</summary>
    protected MachineLearningWorkspaceResource() { }

    internal MachineLearningWorkspaceResource(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(ResourceType, out var apiVersion);
        operations = Operations(client, new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion));
    }

    private MachineLearningWorkspaceResource(ArmClient client, MachineLearningWorkspaceData data)
        : this(client, data.Id) => this.data = data;

    /// <summary>Gets whether this holds the resource's data, and not only its id.</summary>
    public virtual bool HasData => data is not null;

    /// <exception cref="InvalidOperationException">This holds no data; <see cref="HasData"/> is false.</exception>
    public virtual MachineLearningWorkspaceData Data =>
        data ?? throw new InvalidOperationException("The current instance does not have data; call GetAsync first.");

    public static ResourceIdentifier CreateResourceIdentifier(string subscriptionId, string resourceGroupName, string workspaceName) =>
        new(
            $"/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
                + $"/providers/Microsoft.MachineLearningServices/workspaces/{workspaceName}"
        );

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningWorkspaceResource>> GetAsync(CancellationToken cancellationToken = default) =>
        operations.GetAsync(ArmRequests.PathOf(Id), cancellationToken);

    public virtual MachineLearningComputeCollection GetMachineLearningComputes() =>
        GetCachedClient(client => new MachineLearningComputeCollection(client, Id));

    public virtual Task<Response<MachineLearningComputeResource>> GetMachineLearningComputeAsync(
        string computeName,
        CancellationToken cancellationToken = default
    ) => GetMachineLearningComputes().GetAsync(computeName, cancellationToken);

    public virtual MachineLearningDatastoreCollection GetMachineLearningDatastores() =>
        GetCachedClient(client => new MachineLearningDatastoreCollection(client, Id));

    public virtual Task<Response<MachineLearningDatastoreResource>> GetMachineLearningDatastoreAsync(
        string name,
        CancellationToken cancellationToken = default
    ) => GetMachineLearningDatastores().GetAsync(name, cancellationToken);

    public virtual MachineLearningJobCollection GetMachineLearningJobs() =>
        GetCachedClient(client => new MachineLearningJobCollection(client, Id));

    public virtual Task<Response<MachineLearningJobResource>> GetMachineLearningJobAsync(
        string id,
        CancellationToken cancellationToken = default
    ) => GetMachineLearningJobs().GetAsync(id, cancellationToken);

    public virtual MachineLearningModelContainerCollection GetMachineLearningModelContainers() =>
        GetCachedClient(client => new MachineLearningModelContainerCollection(client, Id));

    internal static ArmResources<MachineLearningWorkspaceResource> Operations(ArmClient client, ArmRequests requests) =>
        new(client, requests, static (owner, json) => new MachineLearningWorkspaceResource(owner, MachineLearningWorkspaceData.Read(json)));
}
