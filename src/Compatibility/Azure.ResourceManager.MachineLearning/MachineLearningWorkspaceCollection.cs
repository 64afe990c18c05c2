using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>The workspaces of a resource group.</summary>
public partial class MachineLearningWorkspaceCollection : ArmCollection
{
    private readonly ArmResources<MachineLearningWorkspaceResource> operations = null!;

    /// <summary>Creates an instance for a test that derives from this class.</summary>
    protected MachineLearningWorkspaceCollection() { }

    internal MachineLearningWorkspaceCollection(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(MachineLearningWorkspaceResource.ResourceType, out var apiVersion);
        operations = MachineLearningWorkspaceResource.Operations(
            client,
            new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion)
        );
    }

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningWorkspaceResource>> GetAsync(
        string workspaceName,
        CancellationToken cancellationToken = default
    ) => operations.GetAsync(PathOf(workspaceName), cancellationToken);

    public virtual Task<Response<bool>> ExistsAsync(string workspaceName, CancellationToken cancellationToken = default) =>
        operations.ExistsAsync(PathOf(workspaceName), cancellationToken);

    public virtual Task<NullableResponse<MachineLearningWorkspaceResource>> GetIfExistsAsync(
        string workspaceName,
        CancellationToken cancellationToken = default
    ) => operations.GetIfExistsAsync(PathOf(workspaceName), cancellationToken);

    private string PathOf(string workspaceName)
    {
        ArgumentException.ThrowIfNullOrEmpty(workspaceName);
        return ArmRequests.PathOf(Id, "providers", "Microsoft.MachineLearningServices", "workspaces", workspaceName);
    }
}
