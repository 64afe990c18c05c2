using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Vaults;

/// <summary>Represents one secret of a key vault.</summary>
internal sealed record VaultSecret(string Name, string Version, string Value, DateTimeOffset CreatedAt, DateTimeOffset ModifiedAt)
{
    public JsonObject Render(Uri vault) =>
        new()
        {
            ["value"] = Value,
            ["id"] = new Uri(vault, $"secrets/{Name}/{Version}").AbsoluteUri,
            ["attributes"] = new JsonObject
            {
                ["enabled"] = true,
                ["created"] = CreatedAt.ToUnixTimeSeconds(),
                ["updated"] = ModifiedAt.ToUnixTimeSeconds(),
                ["recoveryLevel"] = "Recoverable+Purgeable",
                ["recoverableDays"] = 90,
            },
        };
}
