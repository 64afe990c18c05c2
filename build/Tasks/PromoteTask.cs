using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Models;
using Build.Sessions.Models;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Sets the stage of a registered model; one version of a model has it.</summary>
[TaskName("Promote")]
[TaskDescription("Gives a stage to a version of a model, and takes it from the version that had it")]
[PromotionArguments]
[EmulatorArguments]
[SignInArguments]
[TaskExample("--target=Promote --model=pothole:3 --stage=Production", "the version that is used from now on")]
public sealed class PromoteTask(Promotion promotion) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => promotion.RunAsync(context);
}
