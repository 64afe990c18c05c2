using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>The models of a workspace.</summary>
public partial class MachineLearningModelContainerCollection : ArmCollection, IAsyncEnumerable<MachineLearningModelContainerResource>
{
    private readonly ArmResources<MachineLearningModelContainerResource> operations = null!;

    /// <summary>For mocking.</summary>
    protected MachineLearningModelContainerCollection() { }

    internal MachineLearningModelContainerCollection(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(MachineLearningModelContainerResource.ResourceType, out var apiVersion);
        operations = MachineLearningModelContainerResource.Operations(
            client,
            new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion)
        );
    }

    /// <param name="skip">Continuation token of an earlier page.</param>
    /// <param name="count">Models a page.</param>
    /// <param name="listViewType">Whether archived models are listed; by default they are not.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public virtual AsyncPageable<MachineLearningModelContainerResource> GetAllAsync(
        string? skip = null,
        int? count = null,
        MachineLearningListViewType? listViewType = null,
        CancellationToken cancellationToken = default
    ) =>
        operations.GetAll(
            ArmRequests.PathOf(Id, "models"),
            cancellationToken,
            ("$skip", skip),
            ("count", ArmRequests.Text(count)),
            ("listViewType", listViewType?.ToString())
        );

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningModelContainerResource>> GetAsync(
        string name,
        CancellationToken cancellationToken = default
    ) => operations.GetAsync(PathOf(name), cancellationToken);

    IAsyncEnumerator<MachineLearningModelContainerResource> IAsyncEnumerable<MachineLearningModelContainerResource>.GetAsyncEnumerator(
        CancellationToken cancellationToken
    ) => GetAllAsync(cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);

    private string PathOf(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return ArmRequests.PathOf(Id, "models", name);
    }
}
