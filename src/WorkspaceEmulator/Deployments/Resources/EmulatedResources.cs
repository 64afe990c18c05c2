using System.Text.Json.Nodes;
using WorkspaceEmulator.Deployments.Templates;
using WorkspaceEmulator.Registry;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Deployments.Resources;

/// <summary>
/// Creates the resources of deployments: a workspace with its clusters and datastores as the emulator's own, a container as a folder, and
/// all others as documents.
/// </summary>
internal sealed class EmulatedResources(
    ResourceStore store,
    ProviderCalls provider,
    StateFolder folder,
    RegistrySettings registry,
    EmulatorAddress address,
    TimeProvider time
) : IDeploymentTarget
{
    /// <summary>The registry that a deployed one stands for when the emulator issues tokens for any.</summary>
    private const string DefaultRegistry = "localhost:5000";

    /// <summary>
    /// The api-version of the emulator's own operations, whatever the template names: what that version lacks is left out.
    /// </summary>
    private const string ProviderVersion = "2024-10-01";
    private static readonly string[] NewerProperties = ["systemDatastoresAuthMode"];

    public JsonObject? Find(string id) => store.Find(id);

    /// <summary>Returns what the check of a resource may read.</summary>
    public ResourceSurroundings Surroundings(IReadOnlyList<JsonObject> all) =>
        new(all, registry.Service ?? DefaultRegistry, address.Endpoint, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));

    public async Task<JsonObject> PutAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var added = ResourceTypes.Complete(request, Surroundings(store.All()));
        if (Is(request, ResourceTypes.Vault) && store.Find(request.Id) is null && store.FindDeletedVault(request.OwnName) is not null)
        {
            throw new TemplateException(
                $"A vault with the name '{request.OwnName}' already exists in deleted state. You need to either recover or purge it.",
                "ConflictError"
            );
        }

        if (Is(request, ResourceTypes.Workspace) || Is(request, ResourceTypes.Compute))
            await provider.PutAsync(request.Id, ProviderVersion, AsKnown(request.Body), cancellationToken);
        else if (Is(request, ResourceTypes.Datastore))
            await provider.PutAsync(request.Id, ProviderVersion, AsFolder(request), cancellationToken);
        else if (ContainerFolder(request) is { } container)
            Directory.CreateDirectory(container);
        return store.Put(request, added);
    }

    /// <summary>Finds a resource as it was sent; null when it does not exist, or no longer exists.</summary>
    public async Task<JsonObject?> FindSentAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        if (store.FindSent(request.Id) is not { } sent)
            return null;
        var isOwn = Is(request, ResourceTypes.Workspace) || Is(request, ResourceTypes.Compute) || Is(request, ResourceTypes.Datastore);
        return !isOwn || await provider.ExistsAsync(request.Id, ProviderVersion, cancellationToken) ? sent : null;
    }

    /// <summary>Deletes a resource group with everything in it. The folders of its containers stay.</summary>
    /// <exception cref="TemplateException">A workspace of the group runs a job.</exception>
    public async Task DeleteGroupAsync(string group, CancellationToken cancellationToken)
    {
        var resources = store.All().Where(resource => IsIn(group, (string)resource["id"]!)).ToList();
        foreach (var workspace in resources.Where(resource => (string?)resource["type"] == ResourceTypes.Workspace))
            await provider.DeleteAsync((string)workspace["id"]!, ProviderVersion, cancellationToken);
        foreach (var resource in resources)
        {
            if ((string?)resource["type"] == ResourceTypes.Vault)
                store.KeepDeletedVault(resource);
            store.Delete((string)resource["id"]!);
        }
    }

    /// <summary>Returns whether an id is that of a resource group or of something in it.</summary>
    public static bool IsIn(string group, string id) =>
        id.Equals(group, StringComparison.OrdinalIgnoreCase) || id.StartsWith(group + "/", StringComparison.OrdinalIgnoreCase);

    private static bool Is(ResourceRequest request, string type) => request.Type.Equals(type, StringComparison.OrdinalIgnoreCase);

    private static JsonObject AsKnown(JsonObject body)
    {
        var known = body.Clone();
        foreach (var name in NewerProperties)
            known.Object("properties")?.Remove(name);
        return known;
    }

    /// <summary>Returns the folder of a blob container; null for any other resource.</summary>
    private string? ContainerFolder(ResourceRequest request) =>
        Is(request, "Microsoft.Storage/storageAccounts/blobServices/containers")
            ? ContainerFolder(request.Name.Split('/')[0], request.OwnName)
            : null;

    private string ContainerFolder(string account, string container) =>
        Path.Combine(folder.Root, "storage", "accounts", account, container);

    private bool IsDeployed(string account, string container) =>
        store
            .All()
            .Any(resource =>
                ((string)resource["id"]!).EndsWith(
                    $"/storageAccounts/{account}/blobServices/default/containers/{container}",
                    StringComparison.OrdinalIgnoreCase
                )
            );

    /// <summary>Returns a datastore in a deployed account as one in the folder of its container.</summary>
    private JsonObject AsFolder(ResourceRequest request)
    {
        var body = request.Body.Clone();
        var properties = body.Object("properties");
        if (
            properties.Text("accountName") is not { } account
            || properties.Text("containerName") is not { } container
            || !IsDeployed(account, container)
        )
        {
            return body;
        }

        properties!["accountName"] = "localhost";
        properties["containerName"] = request.OwnName;
        properties["protocol"] = "file";
        properties["endpoint"] = ContainerFolder(account, container);
        properties["serviceDataAccessAuthIdentity"] = "None";
        return body;
    }
}
