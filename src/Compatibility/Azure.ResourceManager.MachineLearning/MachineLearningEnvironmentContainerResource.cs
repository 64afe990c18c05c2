using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>Names an environment, which contains its versions. It is only a handle here and is created from an id.</summary>
public partial class MachineLearningEnvironmentContainerResource : ArmResource
{
    public static readonly ResourceType ResourceType = "Microsoft.MachineLearningServices/workspaces/environments";

    /// <summary>Creates an instance for a test that derives from this class.</summary>
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
