using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.AssetRegistries;

/// <summary>Stores the registries of Azure ML and their assets.</summary>
internal sealed class AssetRegistryStore
{
    private const string NameMember = "registry";
    private readonly StateFolder folder;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly ResourceFolder documents;
    private readonly ConcurrentDictionary<string, AssetRegistry> registries = new(StringComparer.Ordinal);

    public AssetRegistryStore(StateFolder folder, TimeProvider time)
    {
        (this.folder, this.time) = (folder, time);
        documents = new(Path.Combine(folder.Root, "registry-resources"), folder, time, document =>
            NameOf(document) is null ? "its name is missing" : null
        );
        foreach (var document in documents.List())
            Open(NameOf(document)!);
    }

    public AssetRegistry? Find(AssetRegistryName name) => registries.GetValueOrDefault(name.Key);

    /// <summary>Lists the registries of a subscription, or of one of its groups.</summary>
    public IEnumerable<(AssetRegistry Registry, ArmDocument Document)> List(string subscription, string? group) =>
        registries
            .Values.Where(each => each.Name.SubscriptionId.Equals(subscription, StringComparison.OrdinalIgnoreCase))
            .Where(each => group is null || each.Name.ResourceGroup.Equals(group, StringComparison.OrdinalIgnoreCase))
            .OrderBy(each => each.Name.Key, StringComparer.Ordinal)
            .Select(each => (each, documents.Find(each.Name.Key)!));

    public ArmDocument? DocumentOf(AssetRegistryName name) => documents.Find(name.Key);

    /// <summary>Creates a registry, or replaces what is stored of it.</summary>
    public (ArmDocument Document, bool IsNew) Put(AssetRegistryName name, JsonObject body)
    {
        lock (gate)
        {
            var kept = body.Clone();
            kept[NameMember] = new JsonArray(name.SubscriptionId, name.ResourceGroup, name.Name);
            var (document, created) = documents.Put(name.Key, kept);
            if (created)
                Open(name);
            return (document, created);
        }
    }

    /// <summary>Deletes a registry with its assets.</summary>
    /// <returns>Whether it existed.</returns>
    public bool Delete(AssetRegistryName name)
    {
        lock (gate)
        {
            if (!registries.TryRemove(name.Key, out var registry))
                return false;
            documents.Delete(name.Key);
            Directory.Delete(registry.Folder, recursive: true);
            return true;
        }
    }

    private void Open(AssetRegistryName name) =>
        registries[name.Key] = new(name, Path.Combine(folder.Root, "registries", name.Key), folder, time);

    private static AssetRegistryName? NameOf(ArmDocument document) =>
        document.Body.Array(NameMember) is [JsonValue subscription, JsonValue group, JsonValue name]
            ? new(subscription.ToString(), group.ToString(), name.ToString())
            : null;
}
