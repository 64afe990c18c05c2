using System.IO.Compression;

namespace EndToEnd.Packages;

/// <summary>A package that stands in for an upstream one, which no registry here carries.</summary>
/// <param name="Id">The upstream id, which is also the name of the assembly.</param>
/// <param name="Version">The upstream version that this project pins.</param>
/// <param name="Dependencies">The packages that the upstream package requires, each with its lowest version.</param>
internal sealed record StandIn(string Id, string Version, params (string Id, string Version)[] Dependencies)
{
    /// <summary>
    /// The four packages that have a subset, and the packages that only they bring, with the versions of upstream's lists.
    /// </summary>
    public static readonly IReadOnlyList<StandIn> All =
    [
        new("Azure.Containers.ContainerRegistry", "1.2.0", ("Azure.Core", "1.44.1")),
        new("Azure.ResourceManager.MachineLearning", "1.2.4", ("Azure.Core", "1.59.0"), ("Azure.ResourceManager", "1.14.0")),
        new("Azure.ResourceManager", "1.14.0", ("Azure.Core", "1.59.0")),
        // An addin for Cake has no dependencies: it runs on the Cake that its user has.
        new("Cake.Docker", "1.5.0"),
        new(
            "Cake.Frosting",
            "7.0.0",
            ("Cake.Core", "7.0.0"),
            ("Cake.Common", "7.0.0"),
            ("Cake.Cli", "7.0.0"),
            ("Microsoft.Extensions.DependencyInjection", "10.0.0")
        ),
        new("Cake.Core", "7.0.0"),
        new("Cake.Common", "7.0.0", ("Cake.Core", "7.0.0")),
        new("Cake.Cli", "7.0.0", ("Cake.Core", "7.0.0")),
    ];

    /// <summary>Writes the package, with the assembly that the test has under the same name.</summary>
    public void Pack(string feed)
    {
        using var package = ZipFile.Open(Path.Combine(feed, $"{Id}.{Version}.nupkg"), ZipArchiveMode.Create);
        package.CreateEntryFromFile(Path.Combine(AppContext.BaseDirectory, $"{Id}.dll"), $"lib/net10.0/{Id}.dll");
        using var writer = new StreamWriter(package.CreateEntry($"{Id}.nuspec").Open());
        var dependencies = string.Concat(Dependencies.Select(found => $"""<dependency id="{found.Id}" version="{found.Version}" />"""));
        writer.Write(
            $"""
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata>
                <id>{Id}</id>
                <version>{Version}</version>
                <authors>the tests</authors>
                <description>Stands in for the package of this name.</description>
                <dependencies><group targetFramework="net10.0">{dependencies}</group></dependencies>
              </metadata>
            </package>
            """
        );
    }
}
