using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WorkspaceEmulator.Deployments.Resources;

/// <summary>Describes what is checked of resources of a type, and what the service adds to them.</summary>
/// <param name="Name">Such as <c>Microsoft.Storage/storageAccounts</c>.</param>
/// <param name="NamePattern">What the resource's own name must match.</param>
internal sealed record ResourceType(string Name, Regex NamePattern)
{
    /// <summary>Gets whether the resource must have a location.</summary>
    public bool IsTracked { get; init; }

    /// <summary>Gets whether the name is unique in all of Azure.</summary>
    public bool IsGlobal { get; init; }

    /// <summary>Gets the check of the body; it returns what is wrong, or null.</summary>
    public Func<ResourceRequest, ResourceSurroundings, string?> FindFault { get; init; } = static (_, _) => null;

    /// <summary>Gets the properties that the service adds.</summary>
    public Func<ResourceRequest, ResourceSurroundings, JsonObject> Complete { get; init; } = static (_, _) => [];
}
