using System.Text.Json;
using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A datastore of a workspace: a named reference to storage.</summary>
public partial class MachineLearningDatastoreResource : ArmResource
{
    public static readonly ResourceType ResourceType = "Microsoft.MachineLearningServices/workspaces/datastores";

    private readonly ArmResources<MachineLearningDatastoreResource> operations = null!;
    private readonly MachineLearningDatastoreData? data;

    /// <summary>Creates an instance for a test that derives from this class.</summary>
    protected MachineLearningDatastoreResource() { }

    internal MachineLearningDatastoreResource(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(ResourceType, out var apiVersion);
        operations = Operations(client, new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion));
    }

    private MachineLearningDatastoreResource(ArmClient client, MachineLearningDatastoreData data)
        : this(client, data.Id) => this.data = data;

    /// <summary>Gets whether this holds the resource's data, and not only its id.</summary>
    public virtual bool HasData => data is not null;

    /// <exception cref="InvalidOperationException">This holds no data; <see cref="HasData"/> is false.</exception>
    public virtual MachineLearningDatastoreData Data =>
        data ?? throw new InvalidOperationException("The current instance does not have data; call GetAsync first.");

    public static ResourceIdentifier CreateResourceIdentifier(
        string subscriptionId,
        string resourceGroupName,
        string workspaceName,
        string name
    ) =>
        new(
            $"/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
                + $"/providers/Microsoft.MachineLearningServices/workspaces/{workspaceName}/datastores/{name}"
        );

    /// <exception cref="RequestFailedException">The service responded with an error; 404 means that the resource does not
    /// exist.</exception>
    public virtual Task<Response<MachineLearningDatastoreResource>> GetAsync(CancellationToken cancellationToken = default) =>
        operations.GetAsync(ArmRequests.PathOf(Id), cancellationToken);

    /// <param name="waitUntil">Ignored: the service responds when it is done.</param>
    /// <param name="data">The whole datastore; what it leaves out is reset.</param>
    /// <param name="skipValidation">True registers the datastore without checking that the storage exists.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public virtual Task<ArmOperation<MachineLearningDatastoreResource>> UpdateAsync(
        WaitUntil waitUntil,
        MachineLearningDatastoreData data,
        bool? skipValidation = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        return operations.PutAsync(ArmRequests.PathOf(Id), data, cancellationToken, ("skipValidation", ArmRequests.Text(skipValidation)));
    }

    public virtual Task<ArmOperation> DeleteAsync(WaitUntil waitUntil, CancellationToken cancellationToken = default) =>
        operations.RunAsync(waitUntil, RequestMethod.Delete, ArmRequests.PathOf(Id), cancellationToken);

    /// <summary>The secret the datastore was registered with.</summary>
    /// <exception cref="RequestFailedException">The service responded with an error, as it does for a datastore without
    /// credentials.</exception>
    public virtual async Task<Response<MachineLearningDatastoreSecrets>> GetSecretsAsync(CancellationToken cancellationToken = default)
    {
        using var message = operations.Requests.Create(RequestMethod.Post, ArmRequests.PathOf(Id, "listSecrets"));
        var response = await operations.Requests.SendAsync(message, cancellationToken).ConfigureAwait(false);
        using var document = JsonDocument.Parse(response.Content);
        return Response.FromValue(MachineLearningDatastoreSecrets.Read(document.RootElement), response);
    }

    internal static ArmResources<MachineLearningDatastoreResource> Operations(ArmClient client, ArmRequests requests) =>
        new(client, requests, static (owner, json) => new MachineLearningDatastoreResource(owner, MachineLearningDatastoreData.Read(json)));
}
