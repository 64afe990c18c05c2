using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;
using Azure.ResourceManager.Resources;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>Extends ARM clients and resource groups with the resources of Azure Machine Learning.</summary>
public static partial class MachineLearningExtensions
{
    /// <summary>Returns a handle of the resource with this id, without a request.</summary>
    /// <exception cref="ArgumentException">The id names a resource of another type.</exception>
    public static MachineLearningWorkspaceResource GetMachineLearningWorkspaceResource(this ArmClient client, ResourceIdentifier id) =>
        Handle(client, id, MachineLearningWorkspaceResource.ResourceType, static (owner, of) =>
            new MachineLearningWorkspaceResource(owner, of)
        );

    /// <summary>Returns a handle of the resource with this id, without a request.</summary>
    /// <exception cref="ArgumentException">The id names a resource of another type.</exception>
    public static MachineLearningComputeResource GetMachineLearningComputeResource(this ArmClient client, ResourceIdentifier id) =>
        Handle(client, id, MachineLearningComputeResource.ResourceType, static (owner, of) =>
            new MachineLearningComputeResource(owner, of)
        );

    /// <summary>Returns a handle of the resource with this id, without a request.</summary>
    /// <exception cref="ArgumentException">The id names a resource of another type.</exception>
    public static MachineLearningDatastoreResource GetMachineLearningDatastoreResource(this ArmClient client, ResourceIdentifier id) =>
        Handle(client, id, MachineLearningDatastoreResource.ResourceType, static (owner, of) =>
            new MachineLearningDatastoreResource(owner, of)
        );

    /// <summary>Returns a handle of the resource with this id, without a request.</summary>
    /// <exception cref="ArgumentException">The id names a resource of another type.</exception>
    public static MachineLearningEnvironmentContainerResource GetMachineLearningEnvironmentContainerResource(
        this ArmClient client,
        ResourceIdentifier id
    ) =>
        Handle(client, id, MachineLearningEnvironmentContainerResource.ResourceType, static (owner, of) =>
            new MachineLearningEnvironmentContainerResource(owner, of)
        );

    /// <summary>Returns a handle of the resource with this id, without a request.</summary>
    /// <exception cref="ArgumentException">The id names a resource of another type.</exception>
    public static MachineLearningEnvironmentVersionResource GetMachineLearningEnvironmentVersionResource(
        this ArmClient client,
        ResourceIdentifier id
    ) =>
        Handle(client, id, MachineLearningEnvironmentVersionResource.ResourceType, static (owner, of) =>
            new MachineLearningEnvironmentVersionResource(owner, of)
        );

    /// <summary>Returns a handle of the resource with this id, without a request.</summary>
    /// <exception cref="ArgumentException">The id names a resource of another type.</exception>
    public static MachineLearningJobResource GetMachineLearningJobResource(this ArmClient client, ResourceIdentifier id) =>
        Handle(client, id, MachineLearningJobResource.ResourceType, static (owner, of) => new MachineLearningJobResource(owner, of));

    /// <summary>Returns a handle of the resource with this id, without a request.</summary>
    /// <exception cref="ArgumentException">The id names a resource of another type.</exception>
    public static MachineLearningModelContainerResource GetMachineLearningModelContainerResource(
        this ArmClient client,
        ResourceIdentifier id
    ) =>
        Handle(client, id, MachineLearningModelContainerResource.ResourceType, static (owner, of) =>
            new MachineLearningModelContainerResource(owner, of)
        );

    /// <summary>Returns a handle of the resource with this id, without a request.</summary>
    /// <exception cref="ArgumentException">The id names a resource of another type.</exception>
    public static MachineLearningModelVersionResource GetMachineLearningModelVersionResource(
        this ArmClient client,
        ResourceIdentifier id
    ) =>
        Handle(client, id, MachineLearningModelVersionResource.ResourceType, static (owner, of) =>
            new MachineLearningModelVersionResource(owner, of)
        );

    public static MachineLearningWorkspaceCollection GetMachineLearningWorkspaces(this ResourceGroupResource resourceGroupResource)
    {
        ArgumentNullException.ThrowIfNull(resourceGroupResource);
        return resourceGroupResource.GetCachedClient(client => new MachineLearningWorkspaceCollection(client, resourceGroupResource.Id));
    }

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the workspace does not
    /// exist.</exception>
    public static Task<Response<MachineLearningWorkspaceResource>> GetMachineLearningWorkspaceAsync(
        this ResourceGroupResource resourceGroupResource,
        string workspaceName,
        CancellationToken cancellationToken = default
    ) => resourceGroupResource.GetMachineLearningWorkspaces().GetAsync(workspaceName, cancellationToken);

    /// <summary>The VM sizes that a region offers.</summary>
    public static AsyncPageable<MachineLearningVmSize> GetMachineLearningVmSizesAsync(
        this SubscriptionResource subscriptionResource,
        AzureLocation location,
        CancellationToken cancellationToken = default
    ) => ListsOf(subscriptionResource).GetVmSizes(location, cancellationToken);

    /// <summary>Lists the quotas of a region: how much of each is used, and its limit.</summary>
    public static AsyncPageable<MachineLearningUsage> GetMachineLearningUsagesAsync(
        this SubscriptionResource subscriptionResource,
        AzureLocation location,
        CancellationToken cancellationToken = default
    ) => ListsOf(subscriptionResource).GetUsages(location, cancellationToken);

    private static SubscriptionLists ListsOf(SubscriptionResource subscriptionResource)
    {
        ArgumentNullException.ThrowIfNull(subscriptionResource);
        return subscriptionResource.GetCachedClient(client => new SubscriptionLists(client, subscriptionResource.Id));
    }

    private static T Handle<T>(ArmClient client, ResourceIdentifier id, ResourceType type, Func<ArmClient, ResourceIdentifier, T> make)
        where T : ArmResource
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(id);
        return id.ResourceType == type
            ? client.GetResourceClient(() => make(client, id))
            : throw new ArgumentException($"The id {id} is of type {id.ResourceType}; it must be of type {type}.", nameof(id));
    }
}
