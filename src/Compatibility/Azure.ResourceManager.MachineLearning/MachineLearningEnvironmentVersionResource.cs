using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A version of an environment, the source of a job's container.</summary>
public partial class MachineLearningEnvironmentVersionResource : ArmResource
{
    public static readonly ResourceType ResourceType = "Microsoft.MachineLearningServices/workspaces/environments/versions";

    private readonly ArmResources<MachineLearningEnvironmentVersionResource> operations = null!;
    private readonly MachineLearningEnvironmentVersionData? data;

    /// <summary>Creates an instance for a test that derives from this class.</summary>
    protected MachineLearningEnvironmentVersionResource() { }

    internal MachineLearningEnvironmentVersionResource(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(ResourceType, out var apiVersion);
        operations = Operations(client, new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion));
    }

    private MachineLearningEnvironmentVersionResource(ArmClient client, MachineLearningEnvironmentVersionData data)
        : this(client, data.Id) => this.data = data;

    /// <summary>Gets whether this holds the resource's data, and not only its id.</summary>
    public virtual bool HasData => data is not null;

    /// <exception cref="InvalidOperationException">This holds no data; <see cref="HasData"/> is false.</exception>
    public virtual MachineLearningEnvironmentVersionData Data =>
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
                + $"/providers/Microsoft.MachineLearningServices/workspaces/{workspaceName}/environments/{name}/versions/{version}"
        );

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningEnvironmentVersionResource>> GetAsync(CancellationToken cancellationToken = default) =>
        operations.GetAsync(ArmRequests.PathOf(Id), cancellationToken);

    public virtual Task<ArmOperation<MachineLearningEnvironmentVersionResource>> UpdateAsync(
        WaitUntil waitUntil,
        MachineLearningEnvironmentVersionData data,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        return operations.PutAsync(ArmRequests.PathOf(Id), data, cancellationToken);
    }

    internal static ArmResources<MachineLearningEnvironmentVersionResource> Operations(ArmClient client, ArmRequests requests) =>
        new(client, requests, static (owner, json) =>
            new MachineLearningEnvironmentVersionResource(owner, MachineLearningEnvironmentVersionData.Read(json))
        );
}
