using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A version of a model.</summary>
public partial class MachineLearningModelVersionResource : ArmResource
{
    public static readonly ResourceType ResourceType = "Microsoft.MachineLearningServices/workspaces/models/versions";

    private readonly ArmResources<MachineLearningModelVersionResource> operations = null!;
    private readonly MachineLearningModelVersionData? data;

    /// <summary>For mocking.</summary>
    protected MachineLearningModelVersionResource() { }

    internal MachineLearningModelVersionResource(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(ResourceType, out var apiVersion);
        operations = Operations(client, new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion));
    }

    private MachineLearningModelVersionResource(ArmClient client, MachineLearningModelVersionData data)
        : this(client, data.Id) => this.data = data;

    /// <summary>Gets whether this holds the resource's data, and not only its id.</summary>
    public virtual bool HasData => data is not null;

    /// <exception cref="InvalidOperationException">This holds no data; <see cref="HasData"/> is false.</exception>
    public virtual MachineLearningModelVersionData Data =>
        data ?? throw new InvalidOperationException("The current instance does not have data; call GetAsync first.");

    public static ResourceIdentifier CreateResourceIdentifier(
        string subscriptionId,
        string resourceGroupName,
        string workspaceName,
        string name,
        string version
    ) =>
        new(
            $"/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
                + $"/providers/Microsoft.MachineLearningServices/workspaces/{workspaceName}/models/{name}/versions/{version}"
        );

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningModelVersionResource>> GetAsync(CancellationToken cancellationToken = default) =>
        operations.GetAsync(ArmRequests.PathOf(Id), cancellationToken);

    public virtual Task<ArmOperation<MachineLearningModelVersionResource>> UpdateAsync(
        WaitUntil waitUntil,
        MachineLearningModelVersionData data,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        return operations.PutAsync(ArmRequests.PathOf(Id), data, cancellationToken);
    }

    internal static ArmResources<MachineLearningModelVersionResource> Operations(ArmClient client, ArmRequests requests) =>
        new(client, requests, static (owner, json) =>
            new MachineLearningModelVersionResource(owner, MachineLearningModelVersionData.Read(json))
        );
}
