using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>An environment's name, under which its versions are. Here it is a handle only; make it from an id.</summary>
public partial class MachineLearningEnvironmentContainerResource : ArmResource
{
    public static readonly ResourceType ResourceType = "Microsoft.MachineLearningServices/workspaces/environments";

    /// <summary>For mocking.</summary>
    protected MachineLearningEnvironmentContainerResource() { }

    internal MachineLearningEnvironmentContainerResource(ArmClient client, ResourceIdentifier id)
        : base(client, id) { }

    public static ResourceIdentifier CreateResourceIdentifier(
        string subscriptionId,
        string resourceGroupName,
        string workspaceName,
        string name
    ) =>
        new(
            $"/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
                + $"/providers/Microsoft.MachineLearningServices/workspaces/{workspaceName}/environments/{name}"
        );

    public virtual MachineLearningEnvironmentVersionCollection GetMachineLearningEnvironmentVersions() =>
        GetCachedClient(client => new MachineLearningEnvironmentVersionCollection(client, Id));

    public virtual Task<Response<MachineLearningEnvironmentVersionResource>> GetMachineLearningEnvironmentVersionAsync(
        string version,
        CancellationToken cancellationToken = default
    ) => GetMachineLearningEnvironmentVersions().GetAsync(version, cancellationToken);
}
