using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Deployments.Resources;

/// <summary>Receives the resources of a what-if: checks them as a deployment would, and has no effect.</summary>
internal sealed class PreviewTarget(Func<IReadOnlyList<JsonObject>, ResourceSurroundings> surroundings, ResourceStore store)
    : IDeploymentTarget
{
    private readonly Dictionary<string, JsonObject> wanted = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the requested resources, in their order.</summary>
    public List<ResourceRequest> Requests { get; } = [];

    public JsonObject? Find(string id) => wanted.GetValueOrDefault(id) ?? store.Find(id);

    public Task<JsonObject> PutAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var all = store.All().Where(resource => !wanted.ContainsKey((string)resource["id"]!)).Concat(wanted.Values);
        Requests.Add(request);
        return Task.FromResult(
            wanted[request.Id] = ResourceStore.Preview(request, ResourceTypes.Complete(request, surroundings([.. all])))
        );
    }
}
