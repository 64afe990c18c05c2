using Experiments.Json;

namespace Experiments.Reading;

/// <summary>Reads the bytes of a configuration file, or reports why it cannot.</summary>
internal static class ConfigFile
{
    /// <param name="path">Path of the file.</param>
    /// <param name="source">The file as the user named it.</param>
    /// <param name="what">Kind of the file, as in <c>an exp_config</c>.</param>
    /// <param name="faults">Receives the fault when the file cannot be read.</param>
    public static byte[]? Read(string path, string source, string what, List<ConfigFault> faults)
    {
        if (Directory.Exists(path))
        {
            faults.Add(Fault(source, "a folder", what, FilesIn(path, source)));
            return null;
        }
        if (!File.Exists(path))
        {
            faults.Add(Fault(source, "missing", what, FilesIn(Path.GetDirectoryName(Path.GetFullPath(path))!, FolderOf(source))));
            return null;
        }
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            faults.Add(Fault(source, "not readable", $"{what} this user may read", null));
            return null;
        }
    }

    /// <summary>Names of the JSON files in a folder, schemas left out; empty when there is no such folder.</summary>
    public static IReadOnlyList<string> Names(string folder) =>
        !Directory.Exists(folder)
            ? []
            :
            [
                .. Directory
                    .EnumerateFiles(folder, "*.json")
                    .Select(Path.GetFileName)
                    .OfType<string>()
                    .Where(name => !name.EndsWith(".schema.json", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal),
            ];

    private static ConfigFault Fault(string source, string found, string what, string? hint) =>
        new(new(source), "", found, what, hint) { Subject = "the file" };

    private static string? FilesIn(string folder, string source) =>
        Names(folder) is { Count: > 0 } names ? $"{source} holds {string.Join(", ", names)}." : null;

    private static string FolderOf(string source) =>
        Path.GetDirectoryName(source) is { Length: > 0 } folder ? folder.Replace('\\', '/') : "The folder";
}
