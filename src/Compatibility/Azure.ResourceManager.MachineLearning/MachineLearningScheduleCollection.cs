using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>The schedules of a workspace.</summary>
public partial class MachineLearningScheduleCollection : ArmCollection, IAsyncEnumerable<MachineLearningScheduleResource>
{
    private readonly ArmResources<MachineLearningScheduleResource> operations = null!;

    /// <summary>For mocking.</summary>
    protected MachineLearningScheduleCollection() { }

    internal MachineLearningScheduleCollection(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(MachineLearningScheduleResource.ResourceType, out var apiVersion);
        operations = MachineLearningScheduleResource.Operations(
            client,
            new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion)
        );
    }

    /// <summary>Creates the schedule, or replaces it.</summary>
    /// <param name="waitUntil">Whether to wait until the service has provisioned it.</param>
    /// <param name="name">The schedule's name.</param>
    /// <param name="data">The schedule.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public virtual Task<ArmOperation<MachineLearningScheduleResource>> CreateOrUpdateAsync(
        WaitUntil waitUntil,
        string name,
        MachineLearningScheduleData data,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        return operations.WriteLongRunningAsync(waitUntil, RequestMethod.Put, PathOf(name), data, cancellationToken);
    }

    /// <param name="skip">Continuation token of an earlier page.</param>
    /// <param name="listViewType">Whether disabled schedules are listed; by default they are not.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public virtual AsyncPageable<MachineLearningScheduleResource> GetAllAsync(
        string? skip = null,
        MachineLearningScheduleListViewType? listViewType = null,
        CancellationToken cancellationToken = default
    ) =>
        operations.GetAll(
            ArmRequests.PathOf(Id, "schedules"),
            cancellationToken,
            ("$skip", skip),
            ("listViewType", listViewType?.ToString())
        );

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningScheduleResource>> GetAsync(string name, CancellationToken cancellationToken = default) =>
        operations.GetAsync(PathOf(name), cancellationToken);

    public virtual Task<Response<bool>> ExistsAsync(string name, CancellationToken cancellationToken = default) =>
        operations.ExistsAsync(PathOf(name), cancellationToken);

    public virtual Task<NullableResponse<MachineLearningScheduleResource>> GetIfExistsAsync(
        string name,
        CancellationToken cancellationToken = default
    ) => operations.GetIfExistsAsync(PathOf(name), cancellationToken);

    IAsyncEnumerator<MachineLearningScheduleResource> IAsyncEnumerable<MachineLearningScheduleResource>.GetAsyncEnumerator(
        CancellationToken cancellationToken
    ) => GetAllAsync(cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);

    private string PathOf(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return ArmRequests.PathOf(Id, "schedules", name);
    }
}
