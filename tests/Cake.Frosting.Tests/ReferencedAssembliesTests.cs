using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Cake.Frosting.Tests;

public sealed class ReferencedAssembliesTests
{
    [Theory]
    [InlineData("/agent/_work/1/.nuget/packages")]
    [InlineData("/agent/_work/1/.nuget/packages/")]
    [InlineData("/agent with spaces/.nuget/packages")]
    [InlineData("/agent with spaces/_work/1/.nuget/packages/")]
    public async Task HintPath_IsInsideThePackageFolder_WhateverItsTrailingSlash(string packages)
    {
        var references = await EvaluateReferencesAsync(packages);

        var path = (string?)references.Single(reference => (string?)reference!["Identity"] == "Cake.Core")!["HintPath"];
        Assert.Matches($"^{packages.TrimEnd('/')}/cake\\.tool/[0-9.]+/tools/net10\\.0/any/Cake\\.Core\\.dll$", path);
    }

    private static async Task<JsonArray> EvaluateReferencesAsync(string packages)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = AppContext.BaseDirectory,
            ArgumentList =
            {
                "msbuild",
                Path.Combine(RepositoryRoot(), "build", "Build.csproj"),
                "-getItem:Reference",
                $"-property:NuGetPackageRoot={packages}",
                "-nodeReuse:false",
            },
        };
        using var msbuild = Process.Start(start)!;
        var output = await msbuild.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await msbuild.WaitForExitAsync(TestContext.Current.CancellationToken);
        return JsonNode.Parse(output)!["Items"]!["Reference"]!.AsArray();
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ModelTraining.slnx")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
