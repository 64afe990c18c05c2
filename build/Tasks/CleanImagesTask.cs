using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Sessions.Images;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Lists, and deletes on request, the tags and images of the registry that nothing needs.</summary>
[TaskName("Clean-Images")]
[TaskDescription("Lists the image tags that nothing needs: closed pull requests, old content; --yes deletes them")]
[ExperimentArguments]
[CleaningArguments]
[SignInArguments]
[TaskExample("--target=Clean-Images --exp-config=exp_configs/pothole.json", "what could be deleted")]
public sealed class CleanImagesTask(CleaningStage cleaning) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => cleaning.CleanAsync(context);
}
