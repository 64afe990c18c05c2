using System.Globalization;
using Build.CommandLine;
using Build.CommandLine.Groups.Pipelines;
using Build.Log;
using Build.Log.Displays;
using Build.Sessions.Costs;
using Build.Sessions.Jobs.Outcomes;
using Cake.Core;
using Experiments.Records;
using Reports;
using Reports.Building;
using Reports.Reading;
using Reports.Records;
using Reports.Texts;
using Workspaces.DataPlane;
using Workspaces.Jobs;

namespace Build.Sessions.Reports;

/// <summary>Reports a job: reads it and its baseline, compares them, and writes the four files.</summary>
public sealed class ReportSession(
    CommandArguments arguments,
    PlanStore plans,
    RunReader runs,
    BaselineSearch baselines,
    PairedComparison comparison,
    RunCost costs,
    IDisplay display,
    TimeProvider time
)
{
    /// <summary>Writes the report and logs its verdict.</summary>
    /// <exception cref="CakeException">A rule of <c>--fail-on</c> is broken.</exception>
    public async Task RunAsync(BuildContext context)
    {
        var rules = FailRules.Parse(arguments.Get(ReportArguments.FailOn));
        var input = await ReadAsync(context, JobOf(context));
        var report = ReportBuilder.Build(input);
        ReportWriter.Write(context.ArtifactsFolder, input, report);
        Show(context, report);
        var broken = rules.FindBroken(report);
        if (broken.Count > 0)
            throw new CakeException(string.Join(Environment.NewLine, broken));
    }

    private string JobOf(BuildContext context)
    {
        var outcome = Path.Combine(context.ArtifactsFolder, "outcome.json");
        return arguments.Get(ReportArguments.Job)
            ?? (
                File.Exists(outcome)
                    ? RecordFile.Read<JobOutcome>(outcome, "Run: dotnet cake --target=Follow --job=NAME").Job
                    : PlanStore.Records(context, plans.ReadPlan(context).Name).Read<SubmittedJob>().Name
            );
    }

    private async Task<ReportInput> ReadAsync(BuildContext context, string job)
    {
        var run = await runs.ReadAsync(context, job, RunArtifacts.OfRun);
        var loggedStep = runs.LoggedStep;
        var (baseline, source, reason) = await baselines.FindAsync(context, run);
        var isComparable = baseline is not null && run.Status == nameof(JobStatus.Completed);
        // Two runs on this machine need no workspace; any other way it is open, and its prices are worth a connection.
        if (source != BaselineSource.File)
            await runs.OpenAsync(context);
        var (cost, noCost) = await costs.ComputeAsync(runs.Workspace, UsedBy(run), context.Cancellation);
        return new ReportInput(run)
        {
            Baseline = baseline,
            Source = source,
            NoBaselineReason = reason,
            Comparison = isComparable ? await comparison.RunAsync(context, run, baseline!) : null,
            Cost = cost,
            NoCostReason = noCost,
            ArtifactsPath = Path.GetRelativePath(context.Root, run.Artifacts.Folder).Replace('\\', '/'),
            LoggedStep = loggedStep,
        };
    }

    private NodeTime UsedBy(RunFacts run) =>
        new(
            run.Setting("COMPUTE", "VM_SIZE"),
            run.Setting("COMPUTE", "PRIORITY"),
            int.TryParse(run.Setting("RUN_PARAMS", "DISTRIBUTED_NODES"), NumberStyles.None, CultureInfo.InvariantCulture, out var nodes)
                ? Math.Max(1, nodes)
                : 1,
            run.Sweep?.NodeTime ?? (run.Ended ?? time.GetUtcNow()) - run.Started
        )
        {
            Of = run.Sweep is { } sweep ? $" of {sweep.Trials.Count} trials" : null,
            Losses = run.LostNodes,
            LostTime = run.LostTime,
        };

    private void Show(BuildContext context, ReportFile report)
    {
        context.Report("Report", ReportSummary.Verdict(report));
        foreach (var line in ReportSummary.Explanation(report))
            context.Say($"  {line}");
        var rows = ReportSummary.Rows(report).Select(row => new ListingRow([.. row])).ToList();
        if (rows.Count > 0)
            display.Show(context, new Listing(Indent: 2, [18, 8, 8, 10, 20], rows) { Headings = ReportSummary.Headings });
        foreach (var file in ReportWriter.Files)
            context.ReportDetail(Path.GetFileNameWithoutExtension(file) == "comment" ? "comment" : "report", $"artifacts/{file}");
    }
}
