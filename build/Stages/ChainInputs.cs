using Cake.Common;
using Experiments;
using Workspaces;

namespace Build.Stages;

/// <summary>What the chain starts from: the configuration and the dataset of the command line, and the records that stages leave each other.</summary>
public static class ChainInputs
{
    /// <summary>Reads the exp_config with its overrides and the environment config it names.</summary>
    /// <exception cref="ConfigException">Anything in them is faulty; carries every fault.</exception>
    public static Configuration ReadConfiguration(this BuildContext context) =>
        ConfigurationReader.Read(context.Root, context.ExperimentFile, context.Today, context.Overrides);

    /// <summary>Reads the dataset where it can be seen from here.</summary>
    /// <returns>Null when the datastore is a storage account, which only the job reads.</returns>
    /// <exception cref="DatasetException">It is faulty; carries every fault.</exception>
    public static DatasetSummary? ReadDataset(this BuildContext context, Configuration configuration, bool withHash)
    {
        var experiment = configuration.Experiment;
        return configuration.Environment.Datastores[experiment.DataMount].FolderPath(context.Root) is { } folder
            ? DatasetReader.Read(folder, experiment.ImageType, experiment.TrainCsv, experiment.TestCsv, experiment.Data.OnBadRows, withHash)
            : null;
    }

    /// <summary>The plan that was made last: with <c>--exclusive</c> this is all a stage knows of the experiment.</summary>
    public static ExperimentPlan ReadPlan(this BuildContext context) => PlanFile.Read(context.LastPlanFile());

    /// <summary>Writes the plan that the later stages read, as the last one and beside their records.</summary>
    public static void WritePlan(this BuildContext context, ExperimentPlan plan)
    {
        PlanFile.Write(context.Records(plan.Name).FileOf("plan"), plan);
        PlanFile.Write(context.LastPlanFile(), plan);
    }

    /// <summary>The command that makes the plan of this run anew.</summary>
    public static string PlanCommand(this BuildContext context) =>
        $"dotnet cake --target=Plan --exp-config={context.ExperimentFile}" + string.Concat(context.Overrides.Select(value => $" --set={value}"))
        + (context.JobName is { } name ? $" --name={name}" : "") + (context.Rerun ? " --rerun" : "");

    /// <summary>The workspace that a target about a job speaks to: that of <c>--exp-config</c>, else that of the last plan, else that of the demo.</summary>
    public static WorkspaceAddress WorkspaceArgument(this BuildContext context) =>
        context.Arguments.HasArgument("exp-config") || !File.Exists(context.LastPlanFile())
            ? Planner.Workspace(context.ReadConfiguration().Environment)
            : context.ReadPlan().Workspace;

    /// <summary>Where the plan that was made last stands.</summary>
    public static string LastPlanFile(this BuildContext context) => Path.Combine(context.ArtifactsFolder, "plan.json");

    /// <summary>The records of a plan's stages.</summary>
    public static StageRecords Records(this BuildContext context, string planName) => new(context.ArtifactsFolder, planName);

    /// <summary>The job that <c>--job</c> names, else the one that the last plan's Train submitted or found.</summary>
    public static string JobArgument(this BuildContext context)
    {
        if (context.Argument<string?>("job", null) is { Length: > 0 } name) return name;
        return context.Records(context.ReadPlan().Name).Read<SubmittedJob>(Tasks.TrainTask.Stage, "Train").Name;
    }
}
