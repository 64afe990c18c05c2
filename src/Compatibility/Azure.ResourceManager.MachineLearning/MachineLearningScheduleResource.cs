using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A schedule of a workspace.</summary>
public partial class MachineLearningScheduleResource : ArmResource
{
    public static readonly ResourceType ResourceType = "Microsoft.MachineLearningServices/workspaces/schedules";

    private readonly ArmResources<MachineLearningScheduleResource> operations = null!;
    private readonly MachineLearningScheduleData? data;

    /// <summary>For mocking.</summary>
    protected MachineLearningScheduleResource() { }

    internal MachineLearningScheduleResource(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(ResourceType, out var apiVersion);
        operations = Operations(client, new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion));
    }

    private MachineLearningScheduleResource(ArmClient client, MachineLearningScheduleData data)
        : this(client, data.Id) => this.data = data;

    /// <summary>Gets whether this holds the resource's data, and not only its id.</summary>
    public virtual bool HasData => data is not null;

    /// <exception cref="InvalidOperationException">This holds no data; <see cref="HasData"/> is false.</exception>
    public virtual MachineLearningScheduleData Data =>
        data ?? throw new InvalidOperationException("The current instance does not have data; call GetAsync first.");

    public static ResourceIdentifier CreateResourceIdentifier(
        string subscriptionId,
        string resourceGroupName,
        string workspaceName,
        string name
    ) =>
        new(
            $"/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
                + $"/providers/Microsoft.MachineLearningServices/workspaces/{workspaceName}/schedules/{name}"
        );

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningScheduleResource>> GetAsync(CancellationToken cancellationToken = default) =>
        operations.GetAsync(ArmRequests.PathOf(Id), cancellationToken);

    public virtual Task<ArmOperation> DeleteAsync(WaitUntil waitUntil, CancellationToken cancellationToken = default) =>
        operations.RunAsync(waitUntil, RequestMethod.Delete, ArmRequests.PathOf(Id), cancellationToken);

    /// <summary>Replaces the schedule.</summary>
    public virtual Task<ArmOperation<MachineLearningScheduleResource>> UpdateAsync(
        WaitUntil waitUntil,
        MachineLearningScheduleData data,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        return operations.WriteLongRunningAsync(waitUntil, RequestMethod.Put, ArmRequests.PathOf(Id), data, cancellationToken);
    }

    internal static ArmResources<MachineLearningScheduleResource> Operations(ArmClient client, ArmRequests requests) =>
        new(client, requests, static (owner, json) => new MachineLearningScheduleResource(owner, MachineLearningScheduleData.Read(json)));
}
