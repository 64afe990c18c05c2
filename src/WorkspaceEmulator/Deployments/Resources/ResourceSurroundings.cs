using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Deployments.Resources;

/// <summary>What the check of a resource may read.</summary>
/// <param name="All">All resources.</param>
/// <param name="Registry">Host of the registry that every registry resource stands for.</param>
/// <param name="Endpoint">Address of the emulator.</param>
/// <param name="Today">The date.</param>
internal sealed record ResourceSurroundings(IReadOnlyList<JsonObject> All, string Registry, Uri Endpoint, DateOnly Today)
{
    public bool Exists(string? id) =>
        id is not null && All.Any(resource => ((string?)resource["id"])!.Equals(id, StringComparison.OrdinalIgnoreCase));

    public IEnumerable<JsonObject> OfType(string type) =>
        All.Where(resource => ((string?)resource["type"])!.Equals(type, StringComparison.OrdinalIgnoreCase));
}
