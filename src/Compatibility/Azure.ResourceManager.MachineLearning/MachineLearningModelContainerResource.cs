using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A model's name, under which its versions are.</summary>
public partial class MachineLearningModelContainerResource : ArmResource
{
    public static readonly ResourceType ResourceType = "Microsoft.MachineLearningServices/workspaces/models";

    private readonly ArmResources<MachineLearningModelContainerResource> operations = null!;
    private readonly MachineLearningModelContainerData? data;

    /// <summary>For mocking.</summary>
    protected MachineLearningModelContainerResource() { }

    internal MachineLearningModelContainerResource(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(ResourceType, out var apiVersion);
        operations = Operations(client, new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion));
    }

    private MachineLearningModelContainerResource(ArmClient client, MachineLearningModelContainerData data)
        : this(client, data.Id) => this.data = data;

    /// <summary>Gets whether this holds the resource's data, and not only its id.</summary>
    public virtual bool HasData => data is not null;

    /// <exception cref="InvalidOperationException">This holds no data; <see cref="HasData"/> is false.</exception>
    public virtual MachineLearningModelContainerData Data =>
        data ?? throw new InvalidOperationException("The current instance does not have data; call GetAsync first.");

    public static ResourceIdentifier CreateResourceIdentifier(
        string subscriptionId,
        string resourceGroupName,
        string workspaceName,
        string name
    ) =>
        new(
            $"/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
                + $"/providers/Microsoft.MachineLearningServices/workspaces/{workspaceName}/models/{name}"
        );

    public virtual MachineLearningModelVersionCollection GetMachineLearningModelVersions() =>
        GetCachedClient(client => new MachineLearningModelVersionCollection(client, Id));

    public virtual Task<Response<MachineLearningModelVersionResource>> GetMachineLearningModelVersionAsync(
        string version,
        CancellationToken cancellationToken = default
    ) => GetMachineLearningModelVersions().GetAsync(version, cancellationToken);

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningModelContainerResource>> GetAsync(CancellationToken cancellationToken = default) =>
        operations.GetAsync(ArmRequests.PathOf(Id), cancellationToken);

    internal static ArmResources<MachineLearningModelContainerResource> Operations(ArmClient client, ArmRequests requests) =>
        new(client, requests, static (owner, json) =>
            new MachineLearningModelContainerResource(owner, MachineLearningModelContainerData.Read(json))
        );
}
