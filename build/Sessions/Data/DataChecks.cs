using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Build.Sessions.Data;

/// <summary>
/// Leaves what Check-Data found where the emulator's studio shows it: in the emulator's state, by the hash of the dataset. A dataset with
/// faults has no hash: its file is named by a hash of IMAGE_TYPE and the CSV files.
/// </summary>
internal static class DataChecks
{
    private static readonly string[] Names = ["imageType", "trainCsv", "testCsv", "validationCsv"];

    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Copies <c>data.json</c> of the artifacts.</summary>
    public static void Keep(BuildContext context)
    {
        var source = Path.Combine(context.ArtifactsFolder, "data.json");
        if (ReadName(source) is not { } name)
            return;
        var folder = Path.Combine(context.LocalFolder, "emulator", "data-checks");
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerAlone);
        // The studio may read at this moment, and the disk may be full.
        var unfinished = Path.Combine(folder, $".{name}.{Guid.NewGuid():N}");
        try
        {
            File.Copy(source, unfinished);
            File.Move(unfinished, Path.Combine(folder, $"{name}.json"), overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(unfinished);
            throw;
        }
    }

    private static string? ReadName(string file)
    {
        try
        {
            if (JsonNode.Parse(File.ReadAllText(file)) is not JsonObject data)
                return null;
            if ((string?)data["hash"] is { Length: 64 } hash && hash.All(char.IsAsciiHexDigitLower))
                return hash;
            var names = Names.Select(member => (string?)data[member]);
            return "names-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', names))));
        }
        catch (Exception error) when (error is JsonException or IOException or InvalidOperationException)
        {
            return null;
        }
    }
}
