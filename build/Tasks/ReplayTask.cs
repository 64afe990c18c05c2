using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Models;
using Build.Sessions.Replays;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Compares a job with what would be submitted now, and submits it again on request.</summary>
[TaskName("Replay")]
[TaskDescription("Rebuilds the request of a job from its passport and names what differs now; --run submits it")]
[ReplayArguments]
[ExperimentArguments]
[PlanningArguments]
[EmulatorArguments]
[SignInArguments]
[TaskExample("--target=Replay --job=demo-f015be81adce", "what differs now: image, code, config, data, seed, VM size, versions")]
[TaskExample("--target=Replay --job=demo-f015be81adce --run", "the same request again")]
public sealed class ReplayTask(Replay replay) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => replay.RunAsync(context);
}
