using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Models;
using Build.Sessions.Jobs;
using Build.Sessions.Models;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Submits the training job, or finds the one that exists, and follows it to its outcome.</summary>
[TaskName("Train")]
[TaskDescription("Trains the experiment: submits the job, streams its log, reports its metrics, downloads its model")]
[IsDependentOn(typeof(PlanTask))]
[IsDependentOn(typeof(DockerPushTask))]
[IsDependentOn(typeof(CreateComputeTask))]
[TrainArguments]
[RegisterAfterTrainingArguments]
[RegistrationArguments]
[PriceArguments]
[TaskExample("--target=Train", "the demo experiment, on this machine")]
[TaskExample("--target=Train --exp-config=exp_configs/pothole.json", "on Azure")]
[TaskExample("--target=Train --set=RUN_PARAMS.STEPS=2000", "one value overridden")]
[TaskExample("--target=Train --plan=artifacts/plan.json", "what Plan showed, and nothing else")]
[TaskExample("--target=Train --drill=evict@step:40", "with the loss of its node after step 40, on the emulator")]
[TaskExample("--target=Train --register-model --min-metric=eval_AP50=0.6", "and its model becomes a version, if it is good")]
public sealed class TrainTask(TrainingSubmission training, ModelRegistration registration) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        await training.TrainAsync(context);
        await registration.AfterTrainingAsync(context);
    }
}
