using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>The versions of an environment.</summary>
public partial class MachineLearningEnvironmentVersionCollection
    : ArmCollection,
        IAsyncEnumerable<MachineLearningEnvironmentVersionResource>
{
    private readonly ArmResources<MachineLearningEnvironmentVersionResource> operations = null!;

    /// <summary>Creates an instance for a test that derives from this class.</summary>
    protected MachineLearningEnvironmentVersionCollection() { }

    internal MachineLearningEnvironmentVersionCollection(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(MachineLearningEnvironmentVersionResource.ResourceType, out var apiVersion);
        operations = MachineLearningEnvironmentVersionResource.Operations(
            client,
            new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion)
        );
    }

    /// <param name="waitUntil">Ignored: the service responds when it is done.</param>
    /// <param name="version">The version's name, any text.</param>
    /// <param name="data">The version; its image cannot be changed later.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public virtual Task<ArmOperation<MachineLearningEnvironmentVersionResource>> CreateOrUpdateAsync(
        WaitUntil waitUntil,
        string version,
        MachineLearningEnvironmentVersionData data,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        return operations.PutAsync(PathOf(version), data, cancellationToken);
    }

    /// <param name="orderBy">Property to order by.</param>
    /// <param name="top">Versions a page.</param>
    /// <param name="skip">Continuation token of an earlier page.</param>
    /// <param name="listViewType">Whether archived versions are listed; by default they are not.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public virtual AsyncPageable<MachineLearningEnvironmentVersionResource> GetAllAsync(
        string? orderBy = null,
        int? top = null,
        string? skip = null,
        MachineLearningListViewType? listViewType = null,
        CancellationToken cancellationToken = default
    ) =>
        operations.GetAll(
            ArmRequests.PathOf(Id, "versions"),
            cancellationToken,
            ("$orderBy", orderBy),
            ("$top", ArmRequests.Text(top)),
            ("$skip", skip),
            ("listViewType", listViewType?.ToString())
        );

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningEnvironmentVersionResource>> GetAsync(
        string version,
        CancellationToken cancellationToken = default
    ) => operations.GetAsync(PathOf(version), cancellationToken);

    public virtual Task<Response<bool>> ExistsAsync(string version, CancellationToken cancellationToken = default) =>
        operations.ExistsAsync(PathOf(version), cancellationToken);

    public virtual Task<NullableResponse<MachineLearningEnvironmentVersionResource>> GetIfExistsAsync(
        string version,
        CancellationToken cancellationToken = default
    ) => operations.GetIfExistsAsync(PathOf(version), cancellationToken);

    IAsyncEnumerator<MachineLearningEnvironmentVersionResource> IAsyncEnumerable<MachineLearningEnvironmentVersionResource>.GetAsyncEnumerator(
        CancellationToken cancellationToken
    ) => GetAllAsync(cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);

    private string PathOf(string version)
    {
        ArgumentException.ThrowIfNullOrEmpty(version);
        return ArmRequests.PathOf(Id, "versions", version);
    }
}
