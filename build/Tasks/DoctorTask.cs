using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Data;
using Build.CommandLine.Groups.Pipelines;
using Build.Sessions.Planning;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Checks everything that a run needs.</summary>
[TaskName("Doctor")]
[TaskDescription("Reports every fault of the experiment, its environment, its dataset and this machine; sends no request")]
[ExperimentArguments]
[SignInArguments]
[DecodeArguments]
[SarifArguments]
[TaskExample("--target=Doctor --exp-config=exp_configs/pothole.json", "every fault, with file, line and fix")]
[TaskExample("--target=Doctor --decode=full", "every image decoded, however many they are")]
[TaskExample("--target=Doctor --sarif=artifacts/doctor.sarif", "the faults for code scanning")]
public sealed class DoctorTask(Doctor doctor) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => doctor.CheckAsync(context);
}
