using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>What a subscription lists of a region. These are no resources, so that no option sets their api-version.</summary>
internal sealed class SubscriptionLists : ArmResource
{
    private readonly ArmRequests _requests;

    public SubscriptionLists(ArmClient client, ResourceIdentifier id)
        : base(client, id) => _requests = new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion: null);

    public AsyncPageable<MachineLearningVmSize> GetVmSizes(AzureLocation location, CancellationToken cancellationToken) =>
        List(location, "vmSizes", MachineLearningVmSize.Read, cancellationToken);

    public AsyncPageable<MachineLearningUsage> GetUsages(AzureLocation location, CancellationToken cancellationToken) =>
        List(location, "usages", MachineLearningUsage.Read, cancellationToken);

    private LinkedPages<T> List<T>(
        AzureLocation location,
        string list,
        Func<System.Text.Json.JsonElement, T> read,
        CancellationToken cancellationToken
    )
        where T : notnull
    {
        var path = ArmRequests.PathOf(Id, "providers", "Microsoft.MachineLearningServices", "locations", location.Name, list);
        return new LinkedPages<T>(_requests, () => _requests.Create(RequestMethod.Get, path), "value", read, cancellationToken);
    }
}
