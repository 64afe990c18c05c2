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
        var holder = JsonNode.Parse(File.ReadAllText(announcement));
        return $"process {holder?["processId"]}, listening on {holder?["endpoint"]}";
    }
}
