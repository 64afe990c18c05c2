using System.Globalization;
using Build.Log;
using Build.Log.Displays;
using Build.Sessions.Jobs.Outcomes;
using Cake.Core;
using Reports.Records;
using Workspaces.DataPlane;

namespace Build.Sessions.Jobs;

/// <summary>Reports the outcome of a job.</summary>
public sealed class OutcomeReport(IDisplay display)
{
    private const int NameWidth = 24;
    private const int MostFailures = 10;

    /// <summary>Lists the metrics and where the artifacts are.</summary>
    /// <exception cref="CakeException">
    /// The job did not complete, or it is a sweep without a best trial; says why, and how to continue.
    /// </exception>
    public void Show(BuildContext context, JobOutcome outcome)
    {
        context.Say("");
        if (outcome is { Trials: { } trials, SweepMetric: { } metric })
        {
            display.Show(context, SweepTable.Of(metric, trials, outcome.BestTrial));
            context.Say("");
        }

        display.Show(context, new Listing(Indent: 2, [NameWidth], [.. Metrics(outcome)]) { Headings = ["metric", "value"] });
        context.Say("");
        var duration = outcome is { Started: { } started, Ended: { } ended } ? $" after {ShownDuration.Of(ended - started)}" : "";
        context.Report("Outcome", $"{outcome.Status}{duration}");
        if (outcome.BestTrial is not null)
            context.ReportDetail("best trial", $"{outcome.BestTrial}; metrics, artifacts and model are its own");
        ReportFailures(context, outcome.Trials ?? []);
        foreach (var interruption in outcome.Interruptions ?? [])
            context.ReportDetail("node lost", Describe(interruption));
        if (outcome.Cost is not null || outcome.NoCostReason is not null)
            context.ReportDetail("cost", Describe(outcome.Cost, outcome.NoCostReason));
        if (HasArtifacts(outcome))
            context.ReportDetail("artifacts", outcome.Artifacts);
        var model = Path.Combine(context.Root, outcome.Artifacts, "outputs", "final_model");
        if (Directory.Exists(model))
            context.ReportDetail("model", Path.GetRelativePath(context.Root, model));
        context.ReportDetail("record", "artifacts/outcome.json");
        RunSummary.OfOutcome(context, $"{outcome.Status}{duration}", outcome.Reason, outcome.Metrics);
        if (outcome.Status != JobStatus.Completed)
        {
            throw new CakeException(
                $"Job {outcome.Job} is {outcome.Status}; it must be Completed. {AsSentence(outcome.Reason)}"
                    + $"{WhereTheLogIs(outcome)} The same command submits it again and resumes from the last checkpoint."
            );
        }

        if (outcome is { Trials: { } all, BestTrial: null })
        {
            throw new CakeException(
                $"Sweep {outcome.Job} is Completed, and none of its {all.Count} trials completed with a finite value of "
                    + $"{outcome.SweepMetric} other than -1, which means that there was nothing to measure; one of them must, because its "
                    + $"model is that of the sweep. {WhereTheLogIs(outcome)} "
                    + "dotnet cake --target=Train --rerun submits it again."
            );
        }
    }

    private static string AsSentence(string? reason) => reason is null ? "" : $"{reason}{(reason.EndsWith('.') ? "" : ".")} ";

    // Of a sweep the artifacts are those of its best trial.
    private static bool HasArtifacts(JobOutcome outcome) => outcome.Trials is null || outcome.BestTrial is not null;

    private static string WhereTheLogIs(JobOutcome outcome)
    {
        if (HasArtifacts(outcome))
            return $"Its log is in {outcome.Artifacts}/user_logs.";
        if (outcome.Trials is not [var first, ..])
            return "It has no trial.";
        var shown = outcome.Trials.FirstOrDefault(trial => trial.Status == JobStatus.Failed) ?? first;
        return $"The log of a trial: dotnet cake --target=Fetch --job={shown.Name}.";
    }

    private static void ReportFailures(BuildContext context, IReadOnlyList<TrialOutcome> trials)
    {
        var failed = trials.Where(trial => trial.Status == JobStatus.Failed).ToList();
        foreach (var trial in failed.Take(MostFailures))
            context.ReportDetail("failed", $"{trial.Name}: {trial.Reason ?? "no reason is known"}");
        if (failed.Count > MostFailures)
            context.ReportDetail("failed", $"{failed.Count - MostFailures} more; artifacts/outcome.json has them all");
    }

    private static string Describe(ReportCost? cost, string? reason) =>
        cost is null
            ? $"price unknown: {reason}"
            : string.Create(CultureInfo.InvariantCulture, $"{cost.Amount:0.00##} {cost.Currency} ({cost.Basis})");

    private static string Describe(Interruption lost) =>
        (lost.Trial is null ? "" : $"{lost.Trial}, attempt {lost.Attempt}: ")
        + $"after step {lost.StoppedAfter}; resumed "
        + (lost.ResumedAfter == 0 ? "from the start" : $"from the checkpoint after step {lost.ResumedAfter}")
        + $", {lost.StepsLost} steps lost"
        + (lost.SecondsLost is { } seconds ? string.Create(CultureInfo.InvariantCulture, $", {seconds:0.0} s lost") : "");

    // The training losses are in the plots; a person compares the evaluation.
    private static IEnumerable<ListingRow> Metrics(JobOutcome outcome) =>
        outcome
            .Metrics.Where(metric => !metric.Key.StartsWith("train_loss", StringComparison.Ordinal))
            .OrderBy(metric => metric.Key, StringComparer.Ordinal)
            .Select(metric => new ListingRow(metric.Key, metric.Value.ToString("0.####", CultureInfo.InvariantCulture)));
}
