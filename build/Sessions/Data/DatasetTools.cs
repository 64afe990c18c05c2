using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Build.CommandLine;
using Build.CommandLine.Groups.Data;
using Build.LocalRuntime;
using Build.Log;
using Cake.Core;
using Experiments.Model;
using Experiments.Planning;
using Experiments.Reading;

namespace Build.Sessions.Data;

/// <summary>Runs the trainer's commands about datasets: what one is like, import and export. They need numpy and Pillow alone.</summary>
public sealed class DatasetTools(
    PlanStore plans,
    CommandArguments arguments,
    PythonRuntime python,
    IProcesses processes,
    StoredFolder stored,
    TimeProvider time
)
{
    /// <summary>Writes data.md, data.html, data.json and data.sarif.</summary>
    /// <exception cref="CakeException">The dataset has faults.</exception>
    public async Task InspectAsync(BuildContext context)
    {
        var configuration = plans.ReadConfiguration(context);
        var experiment = configuration.Experiment;
        var folder = await FindDatastoreAsync(context, configuration);
        var seen = $"{experiment.ImageType}-seen-{Hash(folder)[..12]}.npz";
        var rules = arguments.Get(CheckDataArguments.FailOn);
        try
        {
            await RunAsync(
                context,
                "Check-Data",
                experiment,
                [
                    "inspect-data",
                    .. ExpConfig,
                    "--data",
                    folder,
                    "--output",
                    context.ArtifactsFolder,
                    "--memory",
                    Path.Combine(context.LocalFolder, "storage", seen),
                    .. rules.SelectMany(rule => new[] { "--fail-on", rule }),
                ]
            );
        }
        finally
        {
            DataChecks.Keep(context); // A finding of --fail-on ends the target too.
        }
    }

    /// <summary>Imports labelled images of another tool.</summary>
    /// <exception cref="CakeException"><c>--from</c> is missing, or nothing can be imported.</exception>
    public async Task ImportAsync(BuildContext context)
    {
        var configuration = plans.ReadConfiguration(context);
        var experiment = configuration.Experiment;
        var origin = arguments.GetPath(ImportArguments.From)
            ?? throw new CakeException(
                "--from is missing; it must be a folder or a ZIP archive with labelled images: "
                    + "dotnet cake --target=Import-Dataset --from=FOLDER"
            );
        var datastore = configuration.Environment.Datastores[experiment.DataMount].FolderPath(context.Root);
        var output = arguments.GetPath(ImportArguments.To) ?? datastore ?? Path.Combine(context.ArtifactsFolder, "import");
        await RunAsync(
            context,
            "Import-Dataset",
            experiment,
            [
                "import-data",
                "--from",
                origin,
                "--format",
                arguments.Get(ImportArguments.Format) ?? "auto",
                "--image-type",
                experiment.ImageType,
                "--output",
                output,
                "--test-share",
                arguments.Get(ImportArguments.TestShare) ?? "0.2",
                "--seed",
                arguments.Get(ImportArguments.Seed) ?? "0",
                "--stamp",
                time.GetUtcNow().ToString("yyMMddHHmmss", CultureInfo.InvariantCulture),
                .. arguments.Get(ImportArguments.KeepSplits) ? ["--keep-splits"] : Array.Empty<string>(),
            ]
        );
        if (datastore is null)
            context.Report("Import", $"upload it by --target=Upload-Dataset --from={Path.GetRelativePath(context.Root, output)}");
    }

    /// <summary>Exports a dataset to another tool's format.</summary>
    /// <exception cref="CakeException">The dataset has faults, or the folder holds files.</exception>
    public async Task ExportAsync(BuildContext context)
    {
        var configuration = plans.ReadConfiguration(context);
        await RunAsync(
            context,
            "Export-Dataset",
            configuration.Experiment,
            [
                "export-data",
                .. ExpConfig,
                "--data",
                await FindDatastoreAsync(context, configuration),
                "--format",
                arguments.Get(ExportArguments.Format) ?? "coco",
                "--output",
                arguments.GetPath(ExportArguments.To) ?? Path.Combine(context.ArtifactsFolder, "export"),
            ]
        );
    }

    private static string[] ExpConfig => ["--exp-config-variable", JobMetadata.ExpConfigVariable];

    private async Task<string> FindDatastoreAsync(BuildContext context, Configuration configuration) =>
        arguments.GetPath(CheckDataArguments.From) ?? await stored.BringAsync(context, configuration);

    private async Task RunAsync(BuildContext context, string target, Experiment experiment, string[] options)
    {
        var interpreter = await python.EnsurePillowAsync(context);
        var trainer = interpreter.Trainer(context.Root, options);
        var variables = new Dictionary<string, string?>(trainer.Variables!, StringComparer.Ordinal)
        {
            [JobMetadata.ExpConfigVariable] = ExperimentJson.WriteCanonical(experiment with { DockerImage = null }),
        };
        var subject = target.Split('-')[0];
        var exitCode = await processes.RunAsync(
            trainer with
            {
                Variables = variables,
            },
            line => context.Report(subject, line),
            context.Cancellation
        );
        if (exitCode != 0)
            throw new CakeException(exitCode, $"{target} failed; the lines above say why.");
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
