using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Sessions.Jobs;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Submits the training job, or finds the one that exists, and follows it to its outcome.</summary>
[TaskName("Train")]
[TaskDescription("Trains the experiment: submits the job, streams its log, reports its metrics, downloads its model")]
[IsDependentOn(typeof(PlanTask))]
[IsDependentOn(typeof(DockerPushTask))]
[IsDependentOn(typeof(CreateComputeTask))]
[TrainArguments]
[TaskExample("--target=Train", "the demo experiment, on this machine")]
[TaskExample("--target=Train --exp-config=exp_configs/pothole.json", "on Azure")]
[TaskExample("--target=Train --set=RUN_PARAMS.STEPS=2000", "one value overridden")]
[TaskExample("--target=Train --plan=artifacts/plan.json", "what Plan showed, and nothing else")]
[TaskExample("--target=Train --drill=evict@step:40", "with the loss of its node after step 40, on the emulator")]
public sealed class TrainTask(TrainingSubmission training) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => training.TrainAsync(context);
}
