using Cake.Common;
using Datasets.Checks;
using Datasets.Sources;
using Experiments.Json;
using Experiments.Planning;
using Experiments.Plans;
using Experiments.Reading;
using Experiments.Records;
using Workspaces.Errors;
using Workspaces.Jobs;

namespace Build.Stages;

/// <summary>What the chain starts from: the configuration and the dataset of the command line, and the records that stages leave each other.</summary>
public static class ChainInputs
{
    /// <summary>Switch that leaves the dataset of a storage account to the job.</summary>
    public const string ReadDatasetArgument = "read-dataset";

    /// <summary>Reads the exp_config with its overrides and the environment config it names.</summary>
    /// <exception cref="ConfigException">Anything in them is faulty; carries every fault.</exception>
    public static Configuration ReadConfiguration(this BuildContext context) =>
        ConfigurationReader.Read(context.Root, context.ExperimentFile, context.Today, context.Overrides);

    /// <summary>Reads the dataset: of a folder the images too, of a storage account what its listing, the CSVs and the images' headers tell.</summary>
    /// <returns>Null for a storage account with <c>--read-dataset=false</c>, or when only the image is asked for: the job alone reads it.</returns>
    /// <exception cref="DatasetException">It is faulty; carries every fault.</exception>
    /// <exception cref="WorkspaceException">The storage account refused or did not answer, or the use case's folders are not there.</exception>
    public static async Task<DatasetSummary?> ReadDatasetAsync(
        this BuildContext context,
        Configuration configuration,
        StorageSession storage
    )
    {
        var experiment = configuration.Experiment;
        var mount = experiment.DataMount;
        IDatasetSource source;
        if (configuration.Environment.Datastores[mount].FolderPath(context.Root) is { } folder)
        {
            source = new FolderDataset(folder, experiment.ImageType);
        }
        else if (context.Switch(ReadDatasetArgument, otherwise: !Tasks.ImageTarget.IsAll(context)))
        {
            var files = await storage.OpenAsync(context, configuration.Environment, mount);
            source = new StoredDataset(
                files,
                mount,
                experiment.ImageType,
                StorageSession.Cache(context, mount, $"{experiment.ImageType}-sizes")
            );
        }
        else
        {
            return null;
        }

        return await DatasetReader.ReadAsync(
            source,
            experiment.TrainCsv,
            experiment.TestCsv,
            experiment.Data.OnBadRows,
            withHash: true,
            context.Cancellation
        );
    }

    /// <summary>The plan that was made last: with <c>--exclusive</c> this is all a stage knows of the experiment.</summary>
    public static ExperimentPlan ReadPlan(this BuildContext context) => PlanFile.Read(context.LastPlanFile());

    /// <summary>Writes the plan that the later stages read, as the last one and beside their records.</summary>
    public static void WritePlan(this BuildContext context, ExperimentPlan plan)
    {
        PlanFile.Write(context.ArtifactsFolder, plan);
    }

    /// <summary>The command that makes the plan of this run anew.</summary>
    public static string PlanCommand(this BuildContext context) =>
        "dotnet cake --target=Plan"
        + string.Concat(
            context.PlanOrigin.Arguments.SelectMany(argument =>
                argument.Value.Select(value => value.Length == 0 ? $" --{argument.Key}" : $" --{argument.Key}={value}")
            )
        );

    /// <summary>The workspace that a target about a job speaks to: that of <c>--exp-config</c>, else that of the last plan, else that of the demo.</summary>
    public static WorkspaceAddress WorkspaceArgument(this BuildContext context) =>
        context.Arguments.HasArgument("exp-config") || !File.Exists(context.LastPlanFile())
            ? WorkspaceAddress.Of(context.ReadConfiguration().Environment)
            : context.ReadPlan().Workspace;

    /// <summary>Where the plan that was made last stands.</summary>
    public static string LastPlanFile(this BuildContext context) => PlanFile.Last(context.ArtifactsFolder);

    /// <summary>The records of a plan's stages.</summary>
    public static StageRecords Records(this BuildContext context, string planName) => new(context.ArtifactsFolder, planName);

    /// <summary>The job that <c>--job</c> names, else the one that the last plan's Train submitted or found.</summary>
    public static string JobArgument(this BuildContext context)
    {
        if (context.Argument<string?>("job", null) is { Length: > 0 } name)
            return name;
        return context.Records(context.ReadPlan().Name).Read<SubmittedJob>().Name;
    }
}
