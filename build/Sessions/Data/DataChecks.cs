using System.Text.Json;
using System.Text.Json.Nodes;

namespace Build.Sessions.Data;

/// <summary>
/// Leaves what Check-Data found where the emulator's studio shows it: in the emulator's state, by the hash of the dataset.
/// </summary>
internal static class DataChecks
{
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Copies <c>data.json</c> of the artifacts. A dataset with faults has no hash, and nothing is copied.</summary>
    public static void Keep(BuildContext context)
    {
        var source = Path.Combine(context.ArtifactsFolder, "data.json");
        if (ReadHash(source) is not { } hash)
            return;
        var folder = Path.Combine(context.LocalFolder, "emulator", "data-checks");
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerAlone);
        // The studio may read at this moment, and the disk may be full.
        var unfinished = Path.Combine(folder, $".{hash}.{Guid.NewGuid():N}");
        try
        {
            File.Copy(source, unfinished);
            File.Move(unfinished, Path.Combine(folder, $"{hash}.json"), overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(unfinished);
            throw;
        }
    }

    private static string? ReadHash(string file)
    {
        try
        {
            var hash = JsonNode.Parse(File.ReadAllText(file)) is JsonObject data ? (string?)data["hash"] : null;
            return hash is { Length: 64 } && hash.All(char.IsAsciiHexDigitLower) ? hash : null;
        }
        catch (Exception error) when (error is JsonException or IOException or InvalidOperationException)
        {
            return null;
        }
    }
}
