using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Deployments.Resources;

/// <summary>Stores the deployed resources, and the names of deleted key vaults.</summary>
internal sealed class ResourceStore(StateFolder folder, TimeProvider time)
{
    private const string Sent = "sent";
    private const string Added = "added";
    private readonly ResourceFolder resources = new(Path.Combine(folder.Root, "arm-resources"), folder, time);
    private readonly ResourceFolder deletedVaults = new(Path.Combine(folder.Root, "deleted-vaults"), folder, time);

    /// <summary>Gets all resources as <c>reference()</c> reads them, by id.</summary>
    public IReadOnlyList<JsonObject> All() =>
        [
            .. resources
                .List()
                .Select(document => Render(document.Body))
                .OrderBy(resource => (string)resource["id"]!, StringComparer.OrdinalIgnoreCase),
        ];

    public JsonObject? Find(string id) => resources.Find(KeyOf(id)) is { } document ? Render(document.Body) : null;

    /// <summary>Finds a resource as it was sent, without what the service added.</summary>
    public JsonObject? FindSent(string id) => resources.Find(KeyOf(id)) is { } document ? RenderSent(document.Body) : null;

    public JsonObject Put(ResourceRequest request, JsonObject added) =>
        Render(resources.Put(KeyOf(request.Id), Document(request, added)).Document.Body);

    /// <summary>Returns a resource as <see cref="Put"/> does; stores nothing.</summary>
    public static JsonObject Preview(ResourceRequest request, JsonObject added) => Render(Document(request, added));

    /// <summary>Returns a resource as <see cref="FindSent"/> does; stores nothing.</summary>
    public static JsonObject PreviewSent(ResourceRequest request) => RenderSent(Document(request, []));

    public bool Delete(string id) => resources.Delete(KeyOf(id));

    /// <summary>Remembers a deleted vault, which keeps its name until it is purged.</summary>
    public void KeepDeletedVault(JsonObject vault) => deletedVaults.Put((string)vault["name"]!, vault);

    public JsonObject? FindDeletedVault(string name) => deletedVaults.Find(name)?.Body;

    public bool PurgeVault(string name) => deletedVaults.Delete(name);

    private static JsonObject Document(ResourceRequest request, JsonObject added) =>
        new()
        {
            ["id"] = request.Id,
            ["name"] = request.OwnName,
            ["type"] = request.Type,
            ["apiVersion"] = request.ApiVersion,
            [Sent] = request.Body.Clone(),
            [Added] = added.Clone(),
        };

    private static JsonObject RenderSent(JsonObject document)
    {
        var resource = document.Object(Sent)!.Clone();
        foreach (var member in new[] { "apiVersion", "type", "name", "id" })
            resource.Insert(0, member, document[member]?.DeepClone());
        return resource;
    }

    private static JsonObject Render(JsonObject document)
    {
        var resource = RenderSent(document);
        var properties = resource.Object("properties")?.Clone() ?? [];
        foreach (var (name, value) in document.Object(Added)!)
            properties[name] = value?.DeepClone();
        properties["provisioningState"] = "Succeeded";
        resource["properties"] = properties;
        return resource;
    }

    // An id is longer than a file name may be.
    private static string KeyOf(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id.ToLowerInvariant())));
}
