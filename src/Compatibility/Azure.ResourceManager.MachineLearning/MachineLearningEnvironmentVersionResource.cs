using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>One version of an environment: what a job's container is made from.</summary>
public partial class MachineLearningEnvironmentVersionResource : ArmResource
{
    public static readonly ResourceType ResourceType = "Microsoft.MachineLearningServices/workspaces/environments/versions";

    private readonly ArmResources<MachineLearningEnvironmentVersionResource> _operations = null!;
    private readonly MachineLearningEnvironmentVersionData? _data;

    /// <summary>For mocking.</summary>
    protected MachineLearningEnvironmentVersionResource() { }

    internal MachineLearningEnvironmentVersionResource(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(ResourceType, out var apiVersion);
        _operations = Operations(client, new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion));
    }

    private MachineLearningEnvironmentVersionResource(ArmClient client, MachineLearningEnvironmentVersionData data)
        : this(client, data.Id) => _data = data;

    /// <summary>Whether this holds what the service answered, and not only the id.</summary>
    public virtual bool HasData => _data is not null;

    /// <exception cref="InvalidOperationException">There is no data; <see cref="HasData"/> is false.</exception>
    public virtual MachineLearningEnvironmentVersionData Data =>
        _data ?? throw new InvalidOperationException("The current instance does not have data; call GetAsync first.");

    public static ResourceIdentifier CreateResourceIdentifier(
        string subscriptionId,
        string resourceGroupName,
        string workspaceName,
        string name,
        string version
    ) =>
        new(
            $"/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.MachineLearningServices/workspaces/{workspaceName}/environments/{name}/versions/{version}"
        );

    /// <exception cref="RequestFailedException">The service answered with an error; 404 means that it is not there.</exception>
    public virtual Task<Response<MachineLearningEnvironmentVersionResource>> GetAsync(CancellationToken cancellationToken = default) =>
        _operations.GetAsync(ArmRequests.PathOf(Id), cancellationToken);

    public virtual Task<ArmOperation<MachineLearningEnvironmentVersionResource>> UpdateAsync(
        WaitUntil waitUntil,
        MachineLearningEnvironmentVersionData data,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        return _operations.PutAsync(ArmRequests.PathOf(Id), data, cancellationToken);
    }

    internal static ArmResources<MachineLearningEnvironmentVersionResource> Operations(ArmClient client, ArmRequests requests) =>
        new(client, requests, static (owner, json) =>
            new MachineLearningEnvironmentVersionResource(owner, MachineLearningEnvironmentVersionData.Read(json))
        );
}
