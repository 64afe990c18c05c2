using System.Text.Json.Nodes;
using Fixtures.Checkouts;
using Fixtures.Engines;

namespace EndToEnd.Packages;

/// <summary>
/// A copy of the product's sources, a feed with the stand-ins, and a package folder of its own, so that no stand-in gets among the packages
/// of
/// this machine.
/// </summary>
public sealed class PackageCheckout : IDisposable
{
    private static readonly string[] Roots = ["build", "src"];

    private static readonly string[] Skipped = ["bin", "obj", "node_modules", "__pycache__"];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("packages-");
    private readonly string machinePackages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given
        ? given
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public PackageCheckout()
    {
        foreach (var file in Directory.EnumerateFiles(Checkout.Repository).Where(IsSetting))
            File.Copy(file, Path.Combine(Root, Path.GetFileName(file)));
        foreach (var root in Roots)
            Copy(new DirectoryInfo(Path.Combine(Checkout.Repository, root)), Path.Combine(Root, root));

        Directory.CreateDirectory(Feed);
        foreach (var standIn in StandIn.All)
            standIn.Pack(Feed);

        // Packages of this machine are not fetched again, and the folder of Cake's tool is named by path.
        Directory.CreateDirectory(Packages);
        Directory.CreateSymbolicLink(Path.Combine(Packages, "cake.tool"), Path.Combine(machinePackages, "cake.tool"));
    }

    private string Root => folder.FullName;

    private string Feed => Path.Combine(Root, "feed");

    private string Packages => Path.Combine(Root, "packages");

    /// <summary>Runs a command of dotnet on a project, with the packages given in place of their subsets.</summary>
    /// <returns>The exit code and everything that the command printed.</returns>
    public async Task<(int ExitCode, string Output)> RunAsync(string command, string project, string officialPackages, params string[] more)
    {
        var run = await Command.RunAsync(
            "dotnet",
            [
                command,
                Path.Combine(Root, project),
                $"-p:OfficialPackages={officialPackages}",
                $"-p:RestoreAdditionalProjectSources={Feed}",
                $"-p:RestoreFallbackFolders={machinePackages}",
                "-p:RunAnalyzers=false",
                "-p:EnforceCodeStyleInBuild=false",
                "-nologo",
                "-v:quiet",
                "-nodeReuse:false",
                .. more,
            ],
            [("NUGET_PACKAGES", Packages), ("GITHUB_ACTIONS", ""), ("TF_BUILD", ""), ("MSBUILDDISABLENODEREUSE", "1")]
        );
        return (run.ExitCode, run.Everything);
    }

    /// <summary>
    /// Reads what a restore chose: the kind (<c>package</c> or <c>project</c>) and the version of each library, by its id.
    /// </summary>
    public IReadOnlyDictionary<string, (string Kind, string Version)> ReadLibraries(string project)
    {
        var assets = Path.Combine(Root, Path.GetDirectoryName(project)!, "obj", "project.assets.json");
        return JsonNode.Parse(File.ReadAllText(assets))!["libraries"]!
            .AsObject()
            .ToDictionary(
                library => library.Key.Split('/')[0],
                library => ((string)library.Value!["type"]!, library.Key.Split('/')[1]),
                StringComparer.Ordinal
            );
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static bool IsSetting(string file) =>
        Path.GetFileName(file) is "global.json" or "BannedSymbols.txt" or ".editorconfig"
        || Path.GetFileName(file).StartsWith("Directory.", StringComparison.Ordinal);

    private static void Copy(DirectoryInfo source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in source.EnumerateFiles())
            file.CopyTo(Path.Combine(target, file.Name));
        foreach (var child in source.EnumerateDirectories().Where(child => !Skipped.Contains(child.Name, StringComparer.Ordinal)))
            Copy(child, Path.Combine(target, child.Name));
    }
}
