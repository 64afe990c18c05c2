using System.Globalization;
using Experiments.Json;
using Reports.Records;

namespace Reports;

/// <summary>The rules of <c>--fail-on</c>: when a report fails a build or a pull request.</summary>
/// <remarks>
/// <c>worse:METRIC</c> fails when the metric is worse than the baseline's. <c>below:METRIC:NUMBER</c> fails when the metric is below the
/// number or has no value. A job that failed or was cancelled breaks every rule; a job that has not ended breaks none.
/// </remarks>
public sealed class FailRules
{
    private const string Form = "worse:METRIC or below:METRIC:NUMBER, such as worse:eval_mAP or below:eval_AP50:0.6";
    private const string OfClass = "eval_AP50_";

    // docs/metrics.md lists them all; a rule about the counts and the training would not say what is good.
    private static readonly string[] Names =
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
        "binary_precision",
        "binary_recall",
        "binary_accuracy",
        "binary_f1",
    ];

    private readonly IReadOnlyList<Rule> rules;

    private FailRules(IReadOnlyList<Rule> rules) => this.rules = rules;

    /// <summary>Gets whether there is no rule.</summary>
    public bool IsEmpty => rules.Count == 0;

    /// <summary>Reads the rules.</summary>
    /// <param name="texts">One rule each.</param>
    /// <exception cref="FormatException">A text is not a rule, or names no metric; the message is the rule that it must follow.</exception>
    public static FailRules Parse(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return new FailRules([.. texts.Select(Rule.Parse)]);
    }

    /// <summary>Returns the rule that a metric's name breaks; null for a metric of which more is better.</summary>
    public static string? FindNameFault(string metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        if (Names.Contains(metric, StringComparer.Ordinal) || (metric.StartsWith(OfClass, StringComparison.Ordinal) && metric != OfClass))
            return null;
        var near = NearestName.Find(metric, Names);
        return $"METRIC one of {string.Join(", ", Names)}, {OfClass}<class>"
            + (near is null ? "" : $". Did you mean {near}?{NearestName.Difference(metric, near)}");
    }

    /// <summary>Returns a sentence for each rule that a report breaks.</summary>
    public IReadOnlyList<string> FindBroken(ReportFile report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.Verdict switch
        {
            _ when IsEmpty => [],
            null => [],
            Verdict.Failed when report.Status == "Completed" => ["No trial of the sweep completed with a value of its metric; one must."],
            Verdict.Failed => [$"The job is {report.Status}; it must be Completed."],
            _ => [.. rules.Select(rule => rule.FindBreach(report)).OfType<string>()],
        };
    }

    private sealed record Rule(string Text, string Metric, double? Least)
    {
        public static Rule Parse(string text)
        {
            var parts = text.Split(':');
            // A class name may hold colons: the first part and, for below, the last one belong to the rule.
            if (parts is ["worse", _, ..])
                return new Rule(text, Known(text["worse:".Length..]), null);
            if (parts is not ["below", _, .., var number] || parts.Length < 3)
                throw new FormatException(Form);
            if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var least) || !double.IsFinite(least))
            {
                throw new FormatException($"{Form}; \"{number}\" is not a number");
            }

            return new Rule(text, Known(text["below:".Length..^(number.Length + 1)]), least);
        }

        public string? FindBreach(ReportFile report)
        {
            var metric = report.Metrics.FirstOrDefault(metric => metric.Name == Metric);
            if (Least is not { } least)
            {
                return metric?.Word == Word.Worse
                    ? $"{Text}: {Metric} is {Shown(metric.Value)}, {Shown(-metric.Difference)} below the baseline of "
                        + $"{Shown(metric.Baseline)}."
                    : null;
            }

            if (metric?.Value is not { } value)
            {
                var near = NearestName.Find(Metric, report.Metrics.Select(other => other.Name));
                return $"{Text}: the report has no value of {Metric}; it must be at least {Shown(least)}."
                    + (near is null || near == Metric ? "" : $" Did you mean {near}?{NearestName.Difference(Metric, near)}");
            }

            return value < least ? $"{Text}: {Metric} is {Shown(value)}; it must be at least {Shown(least)}." : null;
        }

        private static string Known(string metric) =>
            FindNameFault(metric) is { } fault ? throw new FormatException($"{Form}; {fault}") : metric;

        private static string Shown(double? value) => value?.ToString("0.####", CultureInfo.InvariantCulture) ?? "unknown";
    }
}
