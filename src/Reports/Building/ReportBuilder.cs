using Reports.Reading;
using Reports.Records;

namespace Reports.Building;

/// <summary>Creates the content of a report.</summary>
public static class ReportBuilder
{
    private const int MostMetrics = 1000;
    private const int MostTrials = 1000; // as many as the service permits

    // The order of the table. The names of the classes are between the two groups, in alphabetical order.
    private static readonly string[] First =
    [
        "eval_mAP",
        "eval_AP50",
        "eval_AP75",
        "eval_AP_small",
        "eval_AP_medium",
        "eval_AP_large",
        "eval_AR1",
        "eval_AR10",
        "eval_AR100",
        "eval_AR_small",
        "eval_AR_medium",
        "eval_AR_large",
    ];

    private static readonly string[] Last =
    [
        "binary_precision",
        "binary_recall",
        "binary_accuracy",
        "binary_f1",
        "binary_tp",
        "binary_fn",
        "binary_tn",
        "binary_fp",
    ];

    /// <summary>Builds the record of a report.</summary>
    public static ReportFile Build(ReportInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var run = input.Run;
        var metrics = Metrics(input);
        var reason = input.Baseline is null ? input.NoBaselineReason : UnpairedReason(input, metrics);
        return new ReportFile(
            ReportFile.CurrentSchema,
            run.Experiment,
            run.ExpConfig,
            run.Job,
            run.Status,
            run.StudioUrl,
            run.Commit,
            input.Baseline is { } baseline ? new ReportBaseline(baseline.Job, baseline.Commit, input.Source) : null,
            reason,
            VerdictOf(input, metrics),
            metrics,
            input.Baseline is null ? [] : RunChanges.Find(input.Baseline, run),
            run is { Started: { } started, Ended: { } ended } && ended >= started ? (ended - started).TotalSeconds : null,
            input.Cost,
            run.HasEnded ? null : Progress.Estimate(input),
            [.. run.Artifacts.Pictures().Select(path => $"{input.ArtifactsPath}/{path}")]
        )
        {
            Sweep = run.Sweep is { } sweep ? Of(sweep) : null,
        };
    }

    private static ReportSweep Of(SweepFacts sweep) =>
        new(
            sweep.Metric,
            sweep.IsMaximized,
            sweep.Best,
            [
                .. sweep
                    .Trials.Take(MostTrials)
                    .Select(trial => new ReportTrial(trial.Name, trial.State, trial.Values, Finite(trial.Metric), Finite(trial.Seconds))),
            ],
            [.. sweep.Importance().Select(one => new ReportParameter(one.Parameter, one.Share))]
        );

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static Verdict? VerdictOf(ReportInput input, IReadOnlyList<ReportMetric> metrics) =>
        input.Run.Status switch
        {
            "Failed" or "Canceled" => Verdict.Failed,
            "Completed" when input.Run.Sweep is { Best: null } => Verdict.Failed,
            "Completed" when input.Baseline is null => Verdict.NoBaseline,
            "Completed" => Primary(metrics)?.Word switch
            {
                Word.Better => Verdict.Better,
                Word.Worse => Verdict.Worse,
                Word.NotDistinguishable => Verdict.NotDistinguishable,
                _ => Verdict.NotPaired,
            },
            _ => null,
        };

    private static string? UnpairedReason(ReportInput input, IReadOnlyList<ReportMetric> metrics) =>
        input switch
        {
            { Run.Status: not "Completed" } => null,
            { Comparison: null } => "the runs were not compared",
            { Comparison.Paired: false } => input.Comparison.Reason,
            _ when Primary(metrics)?.Word is null => $"{ReportFile.PrimaryMetric} has nothing to measure: the test set has no object",
            _ => null,
        };

    private static ReportMetric? Primary(IReadOnlyList<ReportMetric> metrics) =>
        metrics.FirstOrDefault(metric => metric.Name == ReportFile.PrimaryMetric);

    private static IReadOnlyList<ReportMetric> Metrics(ReportInput input)
    {
        var paired = input.Comparison is { Paired: true } comparison ? comparison : null;
        var compared = paired?.Metrics ?? new Dictionary<string, ComparedMetric>(StringComparer.Ordinal);
        var names = input
            .Run.MetricNames.Where(IsOfEvaluation)
            .Union(compared.Keys, StringComparer.Ordinal)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. First
                .Where(names.Contains)
                .Concat(names.Except([.. First, .. Last], StringComparer.Ordinal).Order(StringComparer.Ordinal))
                .Concat(Last.Where(names.Contains))
                .Take(MostMetrics)
                .Select(name =>
                    compared.TryGetValue(name, out var known) && known is not null
                        ? Of(name, known, input)
                        : Of(name, input, paired is not null)
                ),
        ];
    }

    private static ReportMetric Of(string name, ComparedMetric compared, ReportInput input) =>
        new(
            name,
            compared.Value ?? input.Run.Metric(name),
            compared.Baseline ?? input.Baseline?.Metric(name),
            compared.Difference,
            compared.Low,
            compared.High,
            compared.Word
        )
        {
            Interval = input.Run.Artifacts.Intervals.GetValueOrDefault(name),
        };

    // Metrics of different test sets say nothing about each other: their difference is left out.
    private static ReportMetric Of(string name, ReportInput input, bool isPaired)
    {
        var (value, baseline) = (input.Run.Metric(name), input.Baseline?.Metric(name));
        return new(name, value, baseline, isPaired ? value - baseline : null, null, null, null)
        {
            Interval = input.Run.Artifacts.Intervals.GetValueOrDefault(name),
        };
    }

    private static bool IsOfEvaluation(string name) =>
        name.StartsWith("eval_", StringComparison.Ordinal) || name.StartsWith("binary_", StringComparison.Ordinal);
}
