using System.Text.Json;
using Azure.Core;
using Azure.ResourceManager.MachineLearning.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A datastore of a workspace: a named reference to storage.</summary>
public partial class MachineLearningDatastoreResource : ArmResource
{
    public static readonly ResourceType ResourceType = "Microsoft.MachineLearningServices/workspaces/datastores";

    private readonly ArmResources<MachineLearningDatastoreResource> _operations = null!;
    private readonly MachineLearningDatastoreData? _data;

    /// <summary>For mocking.</summary>
    protected MachineLearningDatastoreResource() { }

    internal MachineLearningDatastoreResource(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(ResourceType, out var apiVersion);
        _operations = Operations(client, new ArmRequests(Pipeline, Endpoint, Diagnostics.ApplicationId, apiVersion));
    }

    private MachineLearningDatastoreResource(ArmClient client, MachineLearningDatastoreData data)
        : this(client, data.Id) => _data = data;

    /// <summary>Whether this holds what the service answered, and not only the id.</summary>
    public virtual bool HasData => _data is not null;

    /// <exception cref="InvalidOperationException">There is no data; <see cref="HasData"/> is false.</exception>
    public virtual MachineLearningDatastoreData Data =>
        _data ?? throw new InvalidOperationException("The current instance does not have data; call GetAsync first.");

    public static ResourceIdentifier CreateResourceIdentifier(
        string subscriptionId,
        string resourceGroupName,
        string workspaceName,
        string name
    ) =>
        new(
            $"/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.MachineLearningServices/workspaces/{workspaceName}/datastores/{name}"
        );

    /// <exception cref="RequestFailedException">The service answered with an error; 404 means that it is not there.</exception>
    public virtual Task<Response<MachineLearningDatastoreResource>> GetAsync(CancellationToken cancellationToken = default) =>
        _operations.GetAsync(ArmRequests.PathOf(Id), cancellationToken);

    /// <param name="waitUntil">The service answers when it is done; both values mean the same.</param>
    /// <param name="data">The whole datastore; what it leaves out is reset.</param>
    /// <param name="skipValidation">True registers it without looking whether the storage is there.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public virtual Task<ArmOperation<MachineLearningDatastoreResource>> UpdateAsync(
        WaitUntil waitUntil,
        MachineLearningDatastoreData data,
        bool? skipValidation = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        return _operations.PutAsync(ArmRequests.PathOf(Id), data, cancellationToken, ("skipValidation", ArmRequests.Text(skipValidation)));
    }

    public virtual Task<ArmOperation> DeleteAsync(WaitUntil waitUntil, CancellationToken cancellationToken = default) =>
        _operations.RunAsync(waitUntil, RequestMethod.Delete, ArmRequests.PathOf(Id), cancellationToken);

    /// <summary>The secret the datastore was registered with.</summary>
    /// <exception cref="RequestFailedException">The service answered with an error, as it does for a datastore without credentials.</exception>
    public virtual async Task<Response<MachineLearningDatastoreSecrets>> GetSecretsAsync(CancellationToken cancellationToken = default)
    {
        using var message = _operations.Requests.Create(RequestMethod.Post, ArmRequests.PathOf(Id, "listSecrets"));
        var response = await _operations.Requests.SendAsync(message, cancellationToken).ConfigureAwait(false);
        using var document = JsonDocument.Parse(response.Content);
        return Response.FromValue(MachineLearningDatastoreSecrets.Read(document.RootElement), response);
    }

    internal static ArmResources<MachineLearningDatastoreResource> Operations(ArmClient client, ArmRequests requests) =>
        new(client, requests, static (owner, json) => new MachineLearningDatastoreResource(owner, MachineLearningDatastoreData.Read(json)));
}
