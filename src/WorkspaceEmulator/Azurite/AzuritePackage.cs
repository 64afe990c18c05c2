namespace WorkspaceEmulator.Azurite;

/// <summary>Describes where npm's package azurite, and Node, which runs it, are on this machine.</summary>
/// <param name="Node">Absolute path of Node.</param>
/// <param name="Script">Absolute path of the program of Azurite's blob service.</param>
public sealed record AzuritePackage(string Node, string Script)
{
    /// <summary>The name that stands for no package.</summary>
    public const string None = "none";

    private static readonly string InPackage = Path.Combine("dist", "src", "blob", "main.js");

    /// <summary>Finds the package whose command <c>azurite</c> is on the path; null when it, or Node, is missing.</summary>
    /// <param name="path">The variable PATH.</param>
    public static AzuritePackage? Find(string? path)
    {
        if (Locate("azurite", path) is not { } command)
            return null;
        // npm links the command to PACKAGE/dist/src/azurite.js.
        var program = File.ResolveLinkTarget(command, returnFinalTarget: true)?.FullName ?? command;
        var folder = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(program)));
        return folder is null ? null : In(folder, path);
    }

    /// <summary>Returns the package in a folder; null when it, or Node, is missing.</summary>
    public static AzuritePackage? In(string folder, string? path)
    {
        var script = Path.Combine(Path.GetFullPath(folder), InPackage);
        return File.Exists(script) && Locate("node", path) is { } node ? new(node, script) : null;
    }

    private static string? Locate(string command, string? path) =>
        (path ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted)
            .Select(folder => Path.Combine(folder, command))
            .FirstOrDefault(File.Exists);
}
