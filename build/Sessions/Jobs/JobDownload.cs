using System.Globalization;
using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Log;
using Build.Sessions.Jobs.Outcomes;
using Cake.Core;
using Experiments.Records;
using Workspaces.DataPlane;
using Workspaces.Sweeps;

namespace Build.Sessions.Jobs;

/// <summary>Downloads the artifacts of a job: its model, plots, metrics and logs, and its outcome once it has ended.</summary>
public sealed class JobDownload(CommandArguments arguments, JobSelection jobs)
{
    private const int SizeWidth = 8;

    /// <summary>Downloads the files and lists them.</summary>
    public async Task RunAsync(BuildContext context)
    {
        var job = jobs.Name(context);
        var workspace = await jobs.OpenAsync(context);
        var folder = arguments.GetPath(FetchArguments.To) ?? Path.Combine(context.ArtifactsFolder, job);

        var reader = new SweepReader(workspace);
        var (experiment, settings) = await reader.ReadJobAsync(job, context.Cancellation);
        var sweep = settings is null ? null : await reader.ReadStateAsync(job, settings, context.Cancellation);
        var record = Path.Combine(folder, $"{JobOutcome.Stage}.json");
        var (download, outcome) = await JobCollection.CollectAsync(context, workspace, job, experiment, sweep, folder);
        // That of Follow knows more.
        if (outcome.Status.IsTerminal() && !File.Exists(record))
            RecordFile.Write(record, outcome);
        var files = download.Files;

        context.Report("Job", $"{job}: {outcome.Status}{(sweep is null ? "" : $"; {BestOf(sweep)}")}");
        foreach (var file in files)
            context.Say($"  {Megabytes(file.Length).PadLeft(SizeWidth)} MB  {file.Path}");
        var unchanged = files.Count(file => file.WasUnchanged);
        context.Report(
            "Fetched",
            $"{files.Count} files, {Megabytes(files.Sum(file => file.Length))} MB, to {Path.GetRelativePath(context.Root, folder)}"
                + (unchanged > 0 ? $"; {unchanged} unchanged" : "")
        );
        ArtifactReport.ReportRenamed(context, download);
        if (download.Lost.Count > 0)
        {
            ArtifactReport.ReportLost(context, download);
            throw new CakeException($"{download.Lost.Count} of {files.Count + download.Lost.Count} artifacts could not be saved.");
        }
    }

    private static string BestOf(SweepState sweep) => sweep.Best is { } best ? $"the best trial is {best.Name}" : "no trial has completed";

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("F1", CultureInfo.InvariantCulture);
}
