using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A job of a workspace.</summary>
public partial class MachineLearningJobResource : ArmResource
{
    public static readonly ResourceType ResourceType = "Microsoft.MachineLearningServices/workspaces/jobs";

    private readonly ArmResources<MachineLearningJobResource> operations = null!;
    private readonly MachineLearningJobData? data;

    /// <summary>Creates an instance for a test that derives from this class.</summary>
    protected MachineLearningJobResource() { }

    internal MachineLearningJobResource(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(ResourceType, out var apiVersion);
        operations = Operations(client, new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion));
    }

    private MachineLearningJobResource(ArmClient client, MachineLearningJobData data)
        : this(client, data.Id) => this.data = data;

    /// <summary>Gets whether this holds the resource's data, and not only its id.</summary>
    public virtual bool HasData => data is not null;

    /// <exception cref="InvalidOperationException">This holds no data; <see cref="HasData"/> is false.</exception>
    public virtual MachineLearningJobData Data =>
        data ?? throw new InvalidOperationException("The current instance does not have data; call GetAsync first.");

    public static ResourceIdentifier CreateResourceIdentifier(
        string subscriptionId,
        string resourceGroupName,
        string workspaceName,
        string id
    ) =>
        new(
            $"/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
                + $"/providers/Microsoft.MachineLearningServices/workspaces/{workspaceName}/jobs/{id}"
        );

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningJobResource>> GetAsync(CancellationToken cancellationToken = default) =>
        operations.GetAsync(ArmRequests.PathOf(Id), cancellationToken);

    /// <summary>Asks the service to stop the job. Complete means that the job has ended, which need not be as Canceled.</summary>
    public virtual Task<ArmOperation> CancelAsync(WaitUntil waitUntil, CancellationToken cancellationToken = default) =>
        operations.RunAsync(waitUntil, RequestMethod.Post, ArmRequests.PathOf(Id, "cancel"), cancellationToken);

    public virtual Task<ArmOperation> DeleteAsync(WaitUntil waitUntil, CancellationToken cancellationToken = default) =>
        operations.RunAsync(waitUntil, RequestMethod.Delete, ArmRequests.PathOf(Id), cancellationToken);

    /// <summary>Updates tags, description, display name or archiving; entries of <c>Properties</c> can be added, not changed.</summary>
    /// <param name="waitUntil">Ignored: the service responds when it is done.</param>
    /// <param name="data">The whole job with its new values.</param>
    public virtual Task<ArmOperation<MachineLearningJobResource>> UpdateAsync(WaitUntil waitUntil, MachineLearningJobData data) =>
        UpdateAsync(waitUntil, data, CancellationToken.None);

    /// <inheritdoc cref="UpdateAsync(WaitUntil, MachineLearningJobData)"/>
    /// <param name="waitUntil">Ignored: the service responds when it is done.</param>
    /// <param name="data">The whole job with its new values.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public virtual Task<ArmOperation<MachineLearningJobResource>> UpdateAsync(
        WaitUntil waitUntil,
        MachineLearningJobData data,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        return operations.PutAsync(ArmRequests.PathOf(Id), data, cancellationToken);
    }

    internal static ArmResources<MachineLearningJobResource> Operations(ArmClient client, ArmRequests requests) =>
        new(client, requests, static (owner, json) => new MachineLearningJobResource(owner, MachineLearningJobData.Read(json)));
}
