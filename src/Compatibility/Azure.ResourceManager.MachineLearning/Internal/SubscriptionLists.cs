using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>Lists of a region for a subscription. They are not resources, so no option sets their api-version.</summary>
internal sealed class SubscriptionLists : ArmResource
{
    private readonly ArmRequests requests;

    public SubscriptionLists(ArmClient client, ResourceIdentifier id)
        : base(client, id) => requests = new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion: null);

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
        return new LinkedPages<T>(requests, () => requests.Create(RequestMethod.Get, path), "value", read, cancellationToken);
    }
}
