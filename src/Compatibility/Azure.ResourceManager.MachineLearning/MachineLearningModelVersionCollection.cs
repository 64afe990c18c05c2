using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>The versions of a model.</summary>
public partial class MachineLearningModelVersionCollection : ArmCollection, IAsyncEnumerable<MachineLearningModelVersionResource>
{
    private readonly ArmResources<MachineLearningModelVersionResource> operations = null!;

    /// <summary>For mocking.</summary>
    protected MachineLearningModelVersionCollection() { }

    internal MachineLearningModelVersionCollection(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(MachineLearningModelVersionResource.ResourceType, out var apiVersion);
        operations = MachineLearningModelVersionResource.Operations(
            client,
            new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion)
        );
    }

    /// <param name="waitUntil">Ignored: the service responds when it is done.</param>
    /// <param name="version">The version's name, any text.</param>
    /// <param name="data">The version; its address and type cannot be changed later.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public virtual Task<ArmOperation<MachineLearningModelVersionResource>> CreateOrUpdateAsync(
        WaitUntil waitUntil,
        string version,
        MachineLearningModelVersionData data,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        return operations.PutAsync(PathOf(version), data, cancellationToken);
    }

    public virtual AsyncPageable<MachineLearningModelVersionResource> GetAllAsync(
        MachineLearningModelVersionCollectionGetAllOptions options,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        return operations.GetAll(
            ArmRequests.PathOf(Id, "versions"),
            cancellationToken,
            ("$skip", options.Skip),
            ("$orderBy", options.OrderBy),
            ("$top", ArmRequests.Text(options.Top)),
            ("version", options.Version),
            ("description", options.Description),
            ("offset", ArmRequests.Text(options.Offset)),
            ("tags", options.Tags),
            ("properties", options.Properties),
            ("feed", options.Feed),
            ("listViewType", options.ListViewType?.ToString())
        );
    }

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningModelVersionResource>> GetAsync(
        string version,
        CancellationToken cancellationToken = default
    ) => operations.GetAsync(PathOf(version), cancellationToken);

    public virtual Task<Response<bool>> ExistsAsync(string version, CancellationToken cancellationToken = default) =>
        operations.ExistsAsync(PathOf(version), cancellationToken);

    public virtual Task<NullableResponse<MachineLearningModelVersionResource>> GetIfExistsAsync(
        string version,
        CancellationToken cancellationToken = default
    ) => operations.GetIfExistsAsync(PathOf(version), cancellationToken);

    IAsyncEnumerator<MachineLearningModelVersionResource> IAsyncEnumerable<MachineLearningModelVersionResource>.GetAsyncEnumerator(
        CancellationToken cancellationToken
    ) => GetAllAsync(new MachineLearningModelVersionCollectionGetAllOptions(), cancellationToken).GetAsyncEnumerator(cancellationToken);

    private string PathOf(string version)
    {
        ArgumentException.ThrowIfNullOrEmpty(version);
        return ArmRequests.PathOf(Id, "versions", version);
    }
}
