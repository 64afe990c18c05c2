using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Data;
using Build.Sessions.Data;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Copies a dataset to the experiment's datastore; files that exist there with the same MD5 are skipped.</summary>
[TaskName("Upload-Dataset")]
[TaskDescription("Validates a dataset in a local folder and copies missing or different files to the experiment's datastore")]
[UploadArguments]
[ExperimentArguments]
[SignInArguments]
[TaskExample("--target=Upload-Dataset --exp-config=exp_configs/pothole.json --from=data", "a dataset to its datastore")]
public sealed class UploadDatasetTask(UploadStage upload) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => upload.RunAsync(context);
}
