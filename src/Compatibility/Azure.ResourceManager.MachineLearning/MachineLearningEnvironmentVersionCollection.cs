using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>The versions of an environment.</summary>
public partial class MachineLearningEnvironmentVersionCollection
    : ArmCollection,
        IAsyncEnumerable<MachineLearningEnvironmentVersionResource>
{
    private readonly ArmResources<MachineLearningEnvironmentVersionResource> _operations = null!;

    /// <summary>For mocking.</summary>
    protected MachineLearningEnvironmentVersionCollection() { }

    internal MachineLearningEnvironmentVersionCollection(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(MachineLearningEnvironmentVersionResource.ResourceType, out var apiVersion);
        _operations = MachineLearningEnvironmentVersionResource.Operations(
            client,
            new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion)
        );
    }

    /// <param name="waitUntil">The service answers when it is done; both values mean the same.</param>
    /// <param name="version">The version's name, any text.</param>
    /// <param name="data">The version; once made, its image cannot be changed.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public virtual Task<ArmOperation<MachineLearningEnvironmentVersionResource>> CreateOrUpdateAsync(
        WaitUntil waitUntil,
        string version,
        MachineLearningEnvironmentVersionData data,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        return _operations.PutAsync(PathOf(version), data, cancellationToken);
    }

    /// <param name="orderBy">Property to order by.</param>
    /// <param name="top">Versions a page.</param>
    /// <param name="skip">Where to go on, as an earlier page said.</param>
    /// <param name="listViewType">Whether archived versions are listed; by default they are not.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public virtual AsyncPageable<MachineLearningEnvironmentVersionResource> GetAllAsync(
        string? orderBy = null,
        int? top = null,
        string? skip = null,
        MachineLearningListViewType? listViewType = null,
        CancellationToken cancellationToken = default
    ) =>
        _operations.GetAll(
            ArmRequests.PathOf(Id, "versions"),
            cancellationToken,
            ("$orderBy", orderBy),
            ("$top", ArmRequests.Text(top)),
            ("$skip", skip),
            ("listViewType", listViewType?.ToString())
        );

    /// <exception cref="RequestFailedException">The service answered with an error; 404 means that it is not there.</exception>
    public virtual Task<Response<MachineLearningEnvironmentVersionResource>> GetAsync(
        string version,
        CancellationToken cancellationToken = default
    ) => _operations.GetAsync(PathOf(version), cancellationToken);

    public virtual Task<Response<bool>> ExistsAsync(string version, CancellationToken cancellationToken = default) =>
        _operations.ExistsAsync(PathOf(version), cancellationToken);

    public virtual Task<NullableResponse<MachineLearningEnvironmentVersionResource>> GetIfExistsAsync(
        string version,
        CancellationToken cancellationToken = default
    ) => _operations.GetIfExistsAsync(PathOf(version), cancellationToken);

    IAsyncEnumerator<MachineLearningEnvironmentVersionResource> IAsyncEnumerable<MachineLearningEnvironmentVersionResource>.GetAsyncEnumerator(
        CancellationToken cancellationToken
    ) => GetAllAsync(cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);

    private string PathOf(string version)
    {
        ArgumentException.ThrowIfNullOrEmpty(version);
        return ArmRequests.PathOf(Id, "versions", version);
    }
}
