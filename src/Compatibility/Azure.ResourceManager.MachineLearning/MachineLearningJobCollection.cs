using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>The jobs of a workspace.</summary>
public partial class MachineLearningJobCollection : ArmCollection, IAsyncEnumerable<MachineLearningJobResource>
{
    private readonly ArmResources<MachineLearningJobResource> operations = null!;

    /// <summary>Creates an instance for a test that derives from this class.</summary>
    protected MachineLearningJobCollection() { }

    internal MachineLearningJobCollection(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(MachineLearningJobResource.ResourceType, out var apiVersion);
        operations = MachineLearningJobResource.Operations(
            client,
            new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion)
        );
    }

    /// <summary>Submits a job. The operation is complete when the service has taken the job, not when the job has ended.</summary>
    /// <param name="waitUntil">Ignored: the service responds when it is done.</param>
    /// <param name="id">The job's name: 1 to 255 letters, digits, <c>-</c> or <c>_</c>, starting with a letter or digit.</param>
    /// <param name="data">The job.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public virtual Task<ArmOperation<MachineLearningJobResource>> CreateOrUpdateAsync(
        WaitUntil waitUntil,
        string id,
        MachineLearningJobData data,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        return operations.PutAsync(PathOf(id), data, cancellationToken);
    }

    /// <summary>Gets the jobs that match every given filter, newest first.</summary>
    /// <param name="skip">Continuation token of an earlier page.</param>
    /// <param name="jobType">For example <c>Command</c>.</param>
    /// <param name="tag">The key of a tag that the jobs must have.</param>
    /// <param name="listViewType">Whether archived jobs are listed; by default they are not.</param>
    /// <param name="properties">Properties that the jobs must have: <c>name=value</c>, separated by commas.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public virtual AsyncPageable<MachineLearningJobResource> GetAllAsync(
        string? skip = null,
        string? jobType = null,
        string? tag = null,
        MachineLearningListViewType? listViewType = null,
        string? properties = null,
        CancellationToken cancellationToken = default
    ) =>
        operations.GetAll(
            ArmRequests.PathOf(Id, "jobs"),
            cancellationToken,
            ("$skip", skip),
            ("jobType", jobType),
            ("tag", tag),
            ("listViewType", listViewType?.ToString()),
            ("properties", properties)
        );

    /// <summary>Gets the jobs that match every given filter: the parameters of version 1.1.</summary>
    /// <param name="skip">Continuation token of an earlier page.</param>
    /// <param name="jobType">For example <c>Command</c>.</param>
    /// <param name="tag">The key of a tag that the jobs must have.</param>
    /// <param name="listViewType">Whether archived jobs are listed.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public virtual AsyncPageable<MachineLearningJobResource> GetAllAsync(
        string? skip,
        string? jobType,
        string? tag,
        MachineLearningListViewType? listViewType,
        CancellationToken cancellationToken
    ) => GetAllAsync(skip, jobType, tag, listViewType, properties: null, cancellationToken);

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningJobResource>> GetAsync(string id, CancellationToken cancellationToken = default) =>
        operations.GetAsync(PathOf(id), cancellationToken);

    public virtual Task<Response<bool>> ExistsAsync(string id, CancellationToken cancellationToken = default) =>
        operations.ExistsAsync(PathOf(id), cancellationToken);

    public virtual Task<NullableResponse<MachineLearningJobResource>> GetIfExistsAsync(
        string id,
        CancellationToken cancellationToken = default
    ) => operations.GetIfExistsAsync(PathOf(id), cancellationToken);

    IAsyncEnumerator<MachineLearningJobResource> IAsyncEnumerable<MachineLearningJobResource>.GetAsyncEnumerator(
        CancellationToken cancellationToken
    ) => GetAllAsync(cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);

    private string PathOf(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return ArmRequests.PathOf(Id, "jobs", id);
    }
}
