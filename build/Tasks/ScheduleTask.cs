using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Schedules;
using Build.Sessions.Schedules;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Creates the schedule of an experiment, and lists, pauses, resumes and deletes schedules.</summary>
[TaskName("Schedule")]
[TaskDescription("Submits the experiment again and again at given times; lists, pauses, resumes and deletes such schedules")]
[ScheduleArguments]
[ExperimentArguments]
[PlanningArguments]
[ImageBuildArguments]
[TagArguments]
[ComputeArguments]
[EmulatorArguments]
[SignInArguments]
[TaskExample("--target=Schedule --exp-config=exp_configs/pothole.json --every=1day --at=03:00", "a training run every night")]
[TaskExample("--target=Schedule", "the schedules of the workspace")]
[TaskExample("--target=Schedule --action=pause --schedule=pothole", "no more runs until --action=resume")]
public sealed class ScheduleTask(ScheduleStage schedules) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => schedules.RunAsync(context);
}
