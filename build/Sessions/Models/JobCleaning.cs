using System.Globalization;
using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Log;
using Build.Sessions.Jobs;
using Workspaces.Cleaning;

namespace Build.Sessions.Models;

/// <summary>Lists the old jobs that nothing needs, and deletes them on request.</summary>
public sealed class JobCleaning(CommandArguments arguments, JobSelection jobs, TimeProvider time)
{
    /// <summary>Lists, and deletes with <c>--yes</c>.</summary>
    public async Task RunAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var cleaner = new JobCleaner(await jobs.OpenAsync(context));
        var before = time.GetUtcNow() - arguments.Get(CleaningArguments.OlderThan);
        var found = await cleaner.FindAsync(before, context.Cancellation);
        var deleted = found.Where(job => job.KeptBecause is null).ToList();

        context.Report("Jobs", $"{found.Count} ended before {Day(before)}, {deleted.Count} of them can be deleted");
        foreach (var job in found)
            context.ReportDetail(job.KeptBecause is null ? "delete" : "keep", $"{job.Name}  ({job.KeptBecause ?? Day(job.Created)})");
        if (deleted.Count == 0)
            return;
        if (!arguments.Get(CleaningArguments.Yes))
        {
            context.Say("Nothing was deleted; the same command with --yes deletes these.");
            return;
        }

        foreach (var job in deleted)
            await cleaner.DeleteAsync(job.Name, context.Cancellation);
        context.Report("Deleted", $"{deleted.Count} jobs");
    }

    private static string Day(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
