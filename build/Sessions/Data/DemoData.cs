using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.LocalRuntime;
using Build.Log;
using Cake.Core;
using Experiments.Reading;

namespace Build.Sessions.Data;

/// <summary>Draws the dataset images of the demo.</summary>
public sealed class DemoData(PlanStore plans, CommandArguments arguments, PythonRuntime runtime, IProcesses processes)
{
    /// <summary>The datastore of an environment config whose folder holds the demo's dataset.</summary>
    private const string DatastoreName = "demo_data";

    private const string Subject = "Demo data";

    /// <summary>Draws the images if the experiment uses the demo's datastore and they are missing or outdated.</summary>
    public async Task EnsureAsync(BuildContext context)
    {
        var configuration = plans.ReadConfiguration(context);
        if (!IsUsedBy(context, configuration))
        {
            context.Report(
                Subject,
                $"not used: {arguments.Get(ExperimentArguments.File)} reads the datastore {configuration.Experiment.DataMount}"
            );
            return;
        }

        var folder = Folder(context, configuration);
        var imageType = configuration.Experiment.ImageType;
        var stamp = new DemoDataStamp(context.Root, Path.Combine(folder, imageType), Path.Combine(context.LocalFolder, "demo-data.stamp"));
        if (stamp.IsCurrent())
        {
            context.Report(Subject, $"unchanged: {folder}");
            return;
        }

        await DrawAsync(context, folder, imageType);
        stamp.Write();
    }

    /// <summary>Returns whether an experiment uses the demo's dataset and its images are not drawn yet.</summary>
    public static bool IsMissing(BuildContext context, Configuration configuration) =>
        IsUsedBy(context, configuration) && !Directory.Exists(Folder(context, configuration));

    private static bool IsUsedBy(BuildContext context, Configuration configuration) =>
        configuration.Experiment.DataMount == DatastoreName
        && configuration.Environment.Datastores[DatastoreName].FolderPath(context.Root) is not null;

    private static string Folder(BuildContext context, Configuration configuration) =>
        configuration.Environment.Datastores[DatastoreName].FolderPath(context.Root)!;

    private async Task DrawAsync(BuildContext context, string folder, string imageType)
    {
        var trainer = (await runtime.EnsureAsync(context)).Trainer(
            context.Root,
            "create-demo-data",
            "--data",
            folder,
            "--image-type",
            imageType
        );
        var exitCode = await processes.RunAsync(trainer, line => context.Report(Subject, line), context.Cancellation);
        if (exitCode != 0)
            throw new CakeException(exitCode, $"The demo data could not be drawn: the trainer exited with code {exitCode}.");
    }
}
