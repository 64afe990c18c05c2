using System.Text.Json.Nodes;

namespace WorkspaceEmulator.State;

/// <summary>Represents a stored resource: what was sent, and when.</summary>
internal sealed record ArmDocument(string Name, DateTimeOffset CreatedAt, DateTimeOffset ModifiedAt, JsonObject Body)
{
    /// <summary>Creates the ARM envelope around <paramref name="properties"/>.</summary>
    public JsonObject Render(string id, string type, JsonObject properties) => Envelope(id, Name, type, CreatedAt, ModifiedAt, properties);

    public static JsonObject Envelope(
        string id,
        string name,
        string type,
        DateTimeOffset created,
        DateTimeOffset modified,
        JsonObject properties
    ) =>
        new()
        {
            ["id"] = id,
            ["name"] = name,
            ["type"] = type,
            ["properties"] = properties,
            ["systemData"] = new JsonObject
            {
                ["createdAt"] = created.ToString("O"),
                ["createdBy"] = "emulator",
                ["createdByType"] = "User",
                ["lastModifiedAt"] = modified.ToString("O"),
            },
        };
}
