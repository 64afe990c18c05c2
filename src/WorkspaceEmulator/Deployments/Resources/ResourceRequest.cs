using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Deployments.Resources;

/// <summary>Describes a resource as a deployment requests it.</summary>
/// <param name="Id">Its ARM id.</param>
/// <param name="Type">Such as <c>Microsoft.Storage/storageAccounts</c>.</param>
/// <param name="ApiVersion">The api-version of its declaration.</param>
/// <param name="Name">Its name, with the names of its parents before it and slashes between.</param>
/// <param name="Body">Location, tags, properties and so on.</param>
internal sealed record ResourceRequest(string Id, string Type, string ApiVersion, string Name, JsonObject Body)
{
    /// <summary>Gets the name without those of the parents.</summary>
    public string OwnName => Name[(Name.LastIndexOf('/') + 1)..];

    /// <summary>Gets the id of the parent; null for a resource without one.</summary>
    public string? ParentId => Type.Split('/').Length > 2 ? string.Join('/', Id.Split('/')[..^2]) : null;

    /// <summary>
    /// Gets the id of the resource that this one extends, such as the scope of a role assignment; null for any other resource.
    /// </summary>
    public string? ExtendedId =>
        Id.LastIndexOf("/providers/", StringComparison.OrdinalIgnoreCase) is var last and > 0
        && Id.IndexOf("/providers/", StringComparison.OrdinalIgnoreCase) < last
            ? Id[..last]
            : null;
}
