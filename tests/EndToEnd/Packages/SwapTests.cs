namespace EndToEnd.Packages;

/// <summary>
/// The promise that one property replaces the subsets by the packages, checked with stand-ins that have the packages' ids, versions and
/// dependencies. What the packages do is not tested here.
/// </summary>
public sealed class SwapTests(PackageCheckout checkout) : IClassFixture<PackageCheckout>
{
    private const string Host = "build/Build.csproj";
    private const string Images = "src/Images/Images.csproj";

    private static readonly string[] Subsets =
    [
        "Azure.Containers.ContainerRegistry",
        "Azure.ResourceManager.MachineLearning",
        "Cake.Docker",
        "Cake.Frosting",
    ];

    [Fact]
    [Trait("When", "Night")]
    public async Task Build_UsesEveryPackage_WhenOfficialPackagesIsTrue()
    {
        // With a compiler that ends with the build, as that of the host does.
        var (exitCode, output) = await checkout.RunAsync(
            "build",
            Host,
            "true",
            "-target:BuildWithOneCompiler",
            "-p:UseSharedCompilation=true",
            $"-p:SharedCompilationId=swap-{Guid.NewGuid():N}"
        );

        Assert.True(exitCode == 0, output);
        var libraries = checkout.ReadLibraries(Host);
        Assert.All(StandIn.All, standIn => Assert.Equal(("package", standIn.Version), libraries[standIn.Id]));
        Assert.Equal(("project", "1.0.0"), libraries["Workspaces"]);
    }

    [Theory]
    [InlineData("Azure.Containers.ContainerRegistry", "1.7.0", Traits = ["When", "Night"])]
    [InlineData("Azure.ResourceManager.MachineLearning", "1.14.0", Traits = ["When", "Night"])]
    [InlineData("Cake.Docker", "1.7.0", Traits = ["When", "Night"])]
    [InlineData("Cake.Frosting", "1.7.0", Traits = ["When", "Night"])]
    [InlineData("Cake.Frosting+Azure.ResourceManager.MachineLearning", "1.14.0")]
    public async Task Restore_UsesThePackagesThatAreNamed(string officialPackages, string resourceManager)
    {
        var (exitCode, output) = await checkout.RunAsync("restore", Host, officialPackages);

        Assert.True(exitCode == 0, output);
        var libraries = checkout.ReadLibraries(Host);
        Assert.All(Subsets, subset =>
            Assert.Equal(
                officialPackages.Split('+').Contains(subset, StringComparer.Ordinal) ? "package" : "project",
                libraries[subset].Kind
            )
        );
        Assert.Equal(resourceManager, libraries["Azure.ResourceManager"].Version);
        Assert.Equal(officialPackages.Contains("Cake.", StringComparison.Ordinal), libraries.ContainsKey("Cake.Core"));
    }

    [Fact]
    public async Task Build_NamesThePackages_WhenOneHasNoSubset()
    {
        var (exitCode, output) = await checkout.RunAsync("build", Images, "Cake.Frosting+Cake.Dokcer");

        Assert.NotEqual(0, exitCode);
        Assert.Contains(
            "OfficialPackages names Cake.Dokcer, which has no subset; it must be true, or some of Azure.Containers.ContainerRegistry, "
                + "Azure.ResourceManager.MachineLearning, Cake.Docker, Cake.Frosting joined by +",
            output,
            StringComparison.Ordinal
        );
    }
}
