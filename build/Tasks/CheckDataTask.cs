using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Data;
using Build.Sessions.Data;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Reports what a dataset is like: its faults, and findings that are no faults.</summary>
[TaskName("Check-Data")]
[TaskDescription("Writes data.md, data.html, data.json and data.sarif: faults, near-duplicates, small objects, rare classes and more")]
[CheckDataArguments]
[ExperimentArguments]
[SignInArguments]
[TaskExample("--target=Check-Data --exp-config=exp_configs/pothole.json", "what to look at before the training")]
[TaskExample("--target=Check-Data --from=FOLDER --fail-on=near-duplicates-across", "a gate for a dataset in a folder")]
public sealed class CheckDataTask(DatasetTools tools) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => tools.InspectAsync(context);
}
