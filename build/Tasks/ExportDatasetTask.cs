using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Data;
using Build.Sessions.Data;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Exports a dataset to the format of another tool.</summary>
[TaskName("Export-Dataset")]
[TaskDescription("Writes both splits of a dataset with their images as COCO or YOLO")]
[ExportArguments]
[ExperimentArguments]
[SignInArguments]
[TaskExample("--target=Export-Dataset --format=yolo --to=FOLDER", "the dataset for another tool")]
public sealed class ExportDatasetTask(DatasetTools tools) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => tools.ExportAsync(context);
}
