using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>The datastores of a workspace.</summary>
public partial class MachineLearningDatastoreCollection : ArmCollection, IAsyncEnumerable<MachineLearningDatastoreResource>
{
    private readonly ArmResources<MachineLearningDatastoreResource> operations = null!;

    /// <summary>Creates an instance for a test that derives from this class.</summary>
    protected MachineLearningDatastoreCollection() { }

    internal MachineLearningDatastoreCollection(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(MachineLearningDatastoreResource.ResourceType, out var apiVersion);
        operations = MachineLearningDatastoreResource.Operations(
            client,
            new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion)
        );
    }

    /// <param name="waitUntil">Ignored: the service responds when it is done.</param>
    /// <param name="name">1 to 255 letters, digits, <c>-</c> or <c>_</c>, starting with a letter or digit.</param>
    /// <param name="data">The datastore.</param>
    /// <param name="skipValidation">True registers the datastore without checking that the storage exists.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public virtual Task<ArmOperation<MachineLearningDatastoreResource>> CreateOrUpdateAsync(
        WaitUntil waitUntil,
        string name,
        MachineLearningDatastoreData data,
        bool? skipValidation = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        return operations.PutAsync(PathOf(name), data, cancellationToken, ("skipValidation", ArmRequests.Text(skipValidation)));
    }

    public virtual AsyncPageable<MachineLearningDatastoreResource> GetAllAsync(
        MachineLearningDatastoreCollectionGetAllOptions options,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        return operations.GetAll(
            ArmRequests.PathOf(Id, "datastores"),
            cancellationToken,
            ("$skip", options.Skip),
            ("count", ArmRequests.Text(options.Count)),
            ("isDefault", ArmRequests.Text(options.IsDefault)),
            ("names", options.Names is { Count: > 0 } names ? string.Join(',', names) : null),
            ("searchText", options.SearchText),
            ("orderBy", options.OrderBy),
            ("orderByAsc", ArmRequests.Text(options.OrderByAsc))
        );
    }

    /// <inheritdoc cref="MachineLearningDatastoreCollectionGetAllOptions"/>
    public virtual AsyncPageable<MachineLearningDatastoreResource> GetAllAsync(
        string? skip = null,
        int? count = null,
        bool? isDefault = null,
        IEnumerable<string>? names = null,
        string? searchText = null,
        string? orderBy = null,
        bool? orderByAsc = null,
        CancellationToken cancellationToken = default
    )
    {
        var options = new MachineLearningDatastoreCollectionGetAllOptions
        {
            Skip = skip,
            Count = count,
            IsDefault = isDefault,
            SearchText = searchText,
            OrderBy = orderBy,
            OrderByAsc = orderByAsc,
        };
        foreach (var name in names ?? [])
            options.Names.Add(name);

        return GetAllAsync(options, cancellationToken);
    }

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningDatastoreResource>> GetAsync(string name, CancellationToken cancellationToken = default) =>
        operations.GetAsync(PathOf(name), cancellationToken);

    public virtual Task<Response<bool>> ExistsAsync(string name, CancellationToken cancellationToken = default) =>
        operations.ExistsAsync(PathOf(name), cancellationToken);

    public virtual Task<NullableResponse<MachineLearningDatastoreResource>> GetIfExistsAsync(
        string name,
        CancellationToken cancellationToken = default
    ) => operations.GetIfExistsAsync(PathOf(name), cancellationToken);

    IAsyncEnumerator<MachineLearningDatastoreResource> IAsyncEnumerable<MachineLearningDatastoreResource>.GetAsyncEnumerator(
        CancellationToken cancellationToken
    ) => GetAllAsync(cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);

    private string PathOf(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return ArmRequests.PathOf(Id, "datastores", name);
    }
}
