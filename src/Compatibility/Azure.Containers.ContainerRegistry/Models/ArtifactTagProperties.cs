using System.Text.Json;
using System.Text.Json.Nodes;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Describes one tag as the registry holds it.</summary>
public class ArtifactTagProperties
{
    public ArtifactTagProperties() { }

    /// <param name="json">An item of the <c>tags</c> list, or the <c>tag</c> of a single response.</param>
    /// <param name="page">The response around it, which names registry and repository.</param>
    internal ArtifactTagProperties(JsonElement json, JsonElement page)
    {
        RegistryLoginServer = page.Text("registry");
        RepositoryName = page.Text("imageName");
        Name = json.Text("name");
        Digest = json.Text("digest");
        CreatedOn = json.Time("createdTime");
        LastUpdatedOn = json.Time("lastUpdateTime");
        (CanDelete, CanWrite, CanList, CanRead) = json.Permissions();
    }

    public bool? CanDelete { get; set; }

    public bool? CanList { get; set; }

    public bool? CanRead { get; set; }

    public bool? CanWrite { get; set; }

    public DateTimeOffset CreatedOn { get; }

    public string? Digest { get; }

    public DateTimeOffset LastUpdatedOn { get; }

    public string? Name { get; }

    public string? RegistryLoginServer { get; }

    public string? RepositoryName { get; }

    /// <summary>Returns the members of a PATCH: those that were set.</summary>
    internal JsonObject WriteableProperties()
    {
        var members = new JsonObject();
        foreach (
            var (name, value) in new[]
            {
                ("deleteEnabled", CanDelete),
                ("writeEnabled", CanWrite),
                ("listEnabled", CanList),
                ("readEnabled", CanRead),
            }
        )
        {
            if (value is { } given)
                members[name] = given;
        }

        return members;
    }
}
