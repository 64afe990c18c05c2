using Build.LocalRuntime;
using Build.Stages;
using Cake.Core;
using Cake.Frosting;
using Experiments.Reading;

namespace Build.Tasks;

/// <summary>Draws the demo's pictures when the experiment reads the demo datastore; other experiments bring their own data.</summary>
[TaskName("Create-Demo-Data")]
[TaskDescription("Draws the synthetic pothole pictures of the demo; unchanged when they are there")]
[TaskArgument("exp-config", "FILE", "the experiment; default exp_configs/demo.json")]
[TaskArgument("set", "KEY=VALUE", "overrides one value of it; repeatable")]
[TaskArgument("set-variable", "NAME", "an environment variable with such overrides, one a line")]
public sealed class CreateDemoDataTask(PythonRuntime runtime) : AsyncFrostingTask<BuildContext>
{
    /// <summary>The datastore of an environment config whose folder this target fills.</summary>
    private const string DatastoreName = "demo_data";

    /// <summary>Not when <c>--datastore</c> names a datastore to register alone: there is no experiment then.</summary>
    public override bool ShouldRun(BuildContext context) => !RegisterDatastoreTask.IsAlone(context);

    public override async Task RunAsync(BuildContext context)
    {
        var configuration = context.ReadConfiguration();
        if (!Draws(context, configuration))
        {
            context.Say($"Demo data    not used: {context.ExperimentFile} reads the datastore {configuration.Experiment.DataMount}");
            return;
        }

        var folder = Folder(context, configuration);
        var drawn = new DrawnPictures(
            context.Root,
            Path.Combine(folder, configuration.Experiment.ImageType),
            Path.Combine(context.LocalFolder, "demo-data.stamp")
        );
        if (drawn.AreCurrent())
        {
            context.Say($"Demo data    unchanged: {folder}");
            return;
        }

        var python = await runtime.EnsureAsync(context);
        var exitCode = await python
            .Trainer(context.Root, "create-demo-data", "--data", folder, "--image-type", configuration.Experiment.ImageType)
            .RunAsync(line => context.Say($"Demo data    {line}"), context.Cancellation);
        if (exitCode != 0)
            throw new CakeException(exitCode, $"The demo data could not be drawn (exit code {exitCode}).");
        drawn.Remember();
    }

    /// <summary>Whether this target fills the datastore of an experiment.</summary>
    internal static bool Draws(BuildContext context, Configuration configuration) =>
        configuration.Experiment.DataMount == DatastoreName
        && configuration.Environment.Datastores[DatastoreName].FolderPath(context.Root) is not null;

    /// <summary>The folder it fills.</summary>
    internal static string Folder(BuildContext context, Configuration configuration) =>
        configuration.Environment.Datastores[DatastoreName].FolderPath(context.Root)!;
}
