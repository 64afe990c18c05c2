using WorkspaceEmulator.Files;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire.Patterns;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.References;

/// <summary>
/// Delivers the files that the <c>MLTable</c> file of an input names in its <c>paths</c>: the modes EvalMount and EvalDownload. What a
/// table does with their content is not emulated.
/// </summary>
internal static class MlTable
{
    public const string InputType = "mltable";
    private const string FileName = "MLTable";
    private const string Root = "evaluated";

    /// <summary>Lists the modes in which files are delivered.</summary>
    public static IReadOnlyList<string> Modes { get; } = ["EvalMount", "EvalDownload"];

    /// <summary>Returns what a table on this machine has that is not emulated; null for nothing, and when there is no table yet.</summary>
    public static string? Refusal(DatastoreUri place, Workspace workspace) =>
        PlaceFiles.Find(place, workspace).Path is { } path
        && PlaceFiles.Confine(path, workspace) is var (folder, inside)
        && folder.ReadText($"{inside}/{FileName}") is { } text
            ? Read(text).Fault
            : null;

    /// <summary>Copies the files of a table to a folder of the job, under their paths below the table's folder.</summary>
    /// <param name="folder">Absolute path of the table's folder.</param>
    /// <param name="workspace">The workspace of the job.</param>
    /// <param name="run">The job.</param>
    /// <param name="input">Name of the input.</param>
    /// <returns>Either the absolute path of the job's folder or why it cannot be made.</returns>
    public static (string? Path, string? Fault) Deliver(string folder, Workspace workspace, Run run, string input)
    {
        var (source, name) = PlaceFiles.Confine(folder, workspace);
        if (source.ReadText($"{name}/{FileName}") is not { } text)
            return (null, $"{folder} has no file {FileName}.");
        var (paths, fault) = Read(text);
        if (fault is not null)
            return (null, $"its {FileName} {fault}, which is not emulated.");
        var files = source.ListFiles(name).Where(file => file != FileName).ToList();
        var made = $"{Root}/{input}";
        run.Files.CreateFolder(made);
        foreach (var (kind, path) in paths)
        {
            var found = files.Where(file => IsIn(file, kind, path)).ToList();
            if (found.Count == 0)
                return (null, $"its {FileName} names the {kind} '{path}', which does not exist in {folder}.");
            foreach (var file in found.Where(file => run.Files.Find($"{made}/{file}") is null))
            {
                if (source.OpenRead($"{name}/{file}") is not { } handle)
                    continue;
                using var content = new FileSnapshot(handle);
                using var copy = run.Files.CreateFile($"{made}/{file}");
                content.CopyTo(copy);
            }
        }

        return (run.Files.PathOf(made), null);
    }

    /// <summary>Reads the text of a table.</summary>
    /// <returns>The kind (file, folder, pattern) and path of each entry; else what is not emulated, as the end of a sentence.</returns>
    public static (IReadOnlyList<(string Kind, string Path)> Paths, string? Fault) Read(string text)
    {
        var paths = new List<(string Kind, string Path)>();
        var isInPaths = false;
        foreach (
            var line in text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.TrimStart() is not ("" or ['#', ..] or "---"))
        )
        {
            var entry = line.TrimStart();
            var isItem = entry.StartsWith("- ", StringComparison.Ordinal);
            var (key, value) = (isItem ? entry[2..].TrimStart() : entry).Split(':', 2) is [var before, var after]
                ? (before, Plain(after.Trim()))
                : ("", "");
            if (isItem && isInPaths)
            {
                if (key is not ("file" or "folder" or "pattern") || Relative(value) is not { } path)
                    return ([], $"has the path '{entry[2..].Trim()}'");
                paths.Add((key, path));
                continue;
            }

            isInPaths = entry == "paths:" && entry.Length == line.Length;
            if (!isInPaths && !(key == "type" && value == InputType) && key != "$schema")
                return ([], $"has '{entry}'");
        }

        return paths.Count == 0 ? ([], "has no paths") : (paths, null);
    }

    private static string Plain(string value) =>
        value is ['\'', .., '\''] or ['"', .., '"'] ? value[1..^1] : value.Split(" #", 2)[0].TrimEnd();

    // An address is no path, nor is one that leads out of the table's folder.
    private static string? Relative(string value)
    {
        var path = value.StartsWith("./", StringComparison.Ordinal) ? value[2..].TrimEnd('/') : value.TrimEnd('/');
        return path == "." ? ""
            : ConfinedFolder.IsPath(path) && !path.Contains(':', StringComparison.Ordinal) ? path
            : null;
    }

    private static bool IsIn(string file, string kind, string path) =>
        kind switch
        {
            "file" => file == path,
            "folder" => path.Length == 0 || file.StartsWith($"{path}/", StringComparison.Ordinal),
            // Two stars and a slash also stand for no folder.
            _ => WildcardPattern.OfPath(path, ignoresCase: false).IsMatch(file)
                || WildcardPattern.OfPath(path.Replace("**/", "", StringComparison.Ordinal), ignoresCase: false).IsMatch(file),
        };
}
