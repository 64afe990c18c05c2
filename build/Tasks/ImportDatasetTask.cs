using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Data;
using Build.Sessions.Data;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Imports labelled images of another tool to the layout of a datastore.</summary>
[TaskName("Import-Dataset")]
[TaskDescription("Imports labelled images (VOC, COCO, YOLO, TensorFlow's CSV, LabelMe, CVAT, Open Images) and splits them in two")]
[ImportArguments]
[ExperimentArguments]
[TaskExample("--target=Import-Dataset --from=FOLDER --exp-config=exp_configs/pothole.json", "labels of another tool, as a dataset")]
public sealed class ImportDatasetTask(DatasetTools tools) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => tools.ImportAsync(context);
}
