using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.State;

/// <summary>Reports that another emulator runs on the state folder.</summary>
public sealed class StateFolderInUseException(string folder, string announcement, Exception inner)
    : IOException($"{folder} is in use by {Holder(announcement)}; one emulator runs per state folder.", inner)
{
    private static string Holder(string announcement)
    {
        if (!File.Exists(announcement))
            return "an emulator that is starting or stopping";
        try
        {
            var holder = JsonNode.Parse(File.ReadAllText(announcement)) as JsonObject ?? [];
            return $"process {holder["processId"]}, listening on {holder["endpoint"]}";
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or IOException)
        {
            return "another emulator, whose emulator.json cannot be read";
        }
    }
}
