using Build.CommandLine.Groups;
using Build.Sessions.Data;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>
/// Draws the demo's dataset images when the experiment reads the demo's datastore; other experiments have their own data.
/// </summary>
[TaskName("Create-Demo-Data")]
[TaskDescription("Draws the synthetic pothole images of the demo, unless they exist")]
[ExperimentArguments]
public sealed class CreateDemoDataTask(DemoData data, DatastoreStage datastore) : AsyncFrostingTask<BuildContext>
{
    /// <summary>Returns false when <c>--datastore</c> names a datastore to register alone: then there is no experiment.</summary>
    public override bool ShouldRun(BuildContext context) => !datastore.IsAlone;

    public override Task RunAsync(BuildContext context) => data.EnsureAsync(context);
}
