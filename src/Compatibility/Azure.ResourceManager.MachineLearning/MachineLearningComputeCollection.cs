using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>The compute targets of a workspace.</summary>
public partial class MachineLearningComputeCollection : ArmCollection, IAsyncEnumerable<MachineLearningComputeResource>
{
    private readonly ArmResources<MachineLearningComputeResource> operations = null!;

    /// <summary>Creates an instance for a test that derives from this class.</summary>
    protected MachineLearningComputeCollection() { }

    internal MachineLearningComputeCollection(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(MachineLearningComputeResource.ResourceType, out var apiVersion);
        operations = MachineLearningComputeResource.Operations(
            client,
            new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion)
        );
    }

    /// <summary>Creates the compute, or changes it as far as the service allows.</summary>
    /// <exception cref="RequestFailedException">The service refused it, or could not provision it.</exception>
    public virtual Task<ArmOperation<MachineLearningComputeResource>> CreateOrUpdateAsync(
        WaitUntil waitUntil,
        string computeName,
        MachineLearningComputeData data,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        return operations.WriteLongRunningAsync(waitUntil, RequestMethod.Put, PathOf(computeName), data, cancellationToken);
    }

    /// <param name="skip">Continuation token of an earlier page.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public virtual AsyncPageable<MachineLearningComputeResource> GetAllAsync(
        string? skip = null,
        CancellationToken cancellationToken = default
    ) => operations.GetAll(ArmRequests.PathOf(Id, "computes"), cancellationToken, ("$skip", skip));

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningComputeResource>> GetAsync(
        string computeName,
        CancellationToken cancellationToken = default
    ) => operations.GetAsync(PathOf(computeName), cancellationToken);

    public virtual Task<Response<bool>> ExistsAsync(string computeName, CancellationToken cancellationToken = default) =>
        operations.ExistsAsync(PathOf(computeName), cancellationToken);

    public virtual Task<NullableResponse<MachineLearningComputeResource>> GetIfExistsAsync(
        string computeName,
        CancellationToken cancellationToken = default
    ) => operations.GetIfExistsAsync(PathOf(computeName), cancellationToken);

    IAsyncEnumerator<MachineLearningComputeResource> IAsyncEnumerable<MachineLearningComputeResource>.GetAsyncEnumerator(
        CancellationToken cancellationToken
    ) => GetAllAsync(cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);

    private string PathOf(string computeName)
    {
        ArgumentException.ThrowIfNullOrEmpty(computeName);
        return ArmRequests.PathOf(Id, "computes", computeName);
    }
}
