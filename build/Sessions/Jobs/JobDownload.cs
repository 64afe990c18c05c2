using System.Globalization;
using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Log;
using Cake.Core;
using Workspaces.Jobs;

namespace Build.Sessions.Jobs;

/// <summary>Downloads the artifacts of a job: its model, plots, metrics and logs.</summary>
public sealed class JobDownload(CommandArguments arguments, JobSelection jobs)
{
    private const int SizeWidth = 8;

    /// <summary>Downloads the files and lists them.</summary>
    public async Task RunAsync(BuildContext context)
    {
        var job = jobs.Name(context);
        var workspace = await jobs.OpenAsync(context);
        var folder = arguments.GetPath(FetchArguments.To) ?? Path.Combine(context.ArtifactsFolder, job);

        var status = (await new JobHistory(workspace).ReadAsync(job, context.Cancellation)).Status;
        var artifacts = new JobArtifacts(workspace, ArtifactReport.MemoryFile(context, job, folder));
        var download = await artifacts.FetchAsync(job, folder, context.Cancellation);
        var files = download.Files;

        context.Report("Job", $"{job}: {status}");
        foreach (var file in files)
            context.Say($"  {Megabytes(file.Length).PadLeft(SizeWidth)} MB  {file.Path}");
        var unchanged = files.Count(file => file.WasUnchanged);
        context.Report(
            "Fetched",
            $"{files.Count} files, {Megabytes(files.Sum(file => file.Length))} MB, to {Path.GetRelativePath(context.Root, folder)}"
                + (unchanged > 0 ? $"; {unchanged} were there" : "")
        );
        ArtifactReport.ReportRenamed(context, download);
        if (download.Lost.Count > 0)
        {
            ArtifactReport.ReportLost(context, download);
            throw new CakeException($"{download.Lost.Count} of {files.Count + download.Lost.Count} artifacts could not be saved.");
        }
    }

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("F1", CultureInfo.InvariantCulture);
}
