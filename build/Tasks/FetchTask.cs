using Build.Stages;
using Cake.Frosting;
using Workspaces.Jobs;

namespace Build.Tasks;

/// <summary>Fetches what a job left: its model, plots, metrics and logs.</summary>
[TaskName("Fetch")]
[TaskDescription("Downloads the artifacts of a job that has ended, or what there is of one that runs")]
[TaskArgument("job", "NAME", "the job; default the one of the last plan")]
[TaskArgument("exp-config", "FILE", "whose environment config names the workspace; default that of the last plan")]
[TaskArgument("to", "FOLDER", "where to; default artifacts/<job>")]
[TaskArgument("record", "FILE", "writes the emulator's traffic, one JSON object a line")]
[TaskArgument("faults", "FILE", "fault script that the emulator brings about; docs/emulator.md")]
[TaskArgument("credential", "NAME", "how to sign in to Azure; default the first way that is configured, see docs/identity.md")]
[TaskExample("--target=Fetch --job=demo-f015be81adce", "the model of any job, of anybody")]
public sealed class FetchTask(WorkspaceSession session) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        var job = context.JobArgument();
        var workspace = await session.OpenAsync(context, context.WorkspaceArgument(), jobs: null);
        var folder = context.PathArgument("to") ?? Path.Combine(context.ArtifactsFolder, job);

        var status = (await new JobHistory(workspace).ReadAsync(job, context.Cancellation)).Status;
        var files = await new JobArtifacts(workspace).DownloadAsync(job, folder, context.Cancellation);

        context.Say($"Job          {job}: {status}");
        foreach (var file in files)
            context.Say($"  {file.Length / 1e6, 8:F1} MB  {file.Path}");
        context.Say(
            $"Fetched      {files.Count} files, {files.Sum(file => file.Length) / 1e6:F1} MB, to {Path.GetRelativePath(context.Root, folder)}"
        );
    }
}
