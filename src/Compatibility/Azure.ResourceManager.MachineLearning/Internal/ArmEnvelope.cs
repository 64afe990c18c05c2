using System.Text.Json;
using Azure.Core;
using Azure.ResourceManager.Models;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>Holds the members that every ARM resource has around its properties.</summary>
internal readonly record struct ArmEnvelope(
    ResourceIdentifier Id,
    string Name,
    ResourceType Type,
    SystemData? SystemData,
    IDictionary<string, string> Tags,
    AzureLocation Location
)
{
    public static ArmEnvelope Read(JsonElement json)
    {
        var id = json.ResourceId("id") ?? throw new JsonException("The response is not an ARM resource: it has no id.");
        return new(
            id,
            json.Text("name") ?? id.Name,
            json.Text("type") is { } type ? new ResourceType(type) : id.ResourceType,
            json.Model("systemData", static data => JsonSerializer.Deserialize<SystemData>(data)!),
            json.TextMap("tags"),
            new AzureLocation(json.Text("location") ?? string.Empty)
        );
    }
}
