using System.Globalization;
using Experiments.Json;

namespace CodeHosts.Verdicts;

/// <summary>The rules of <c>--fail-on</c>: <c>worse:METRIC</c> and <c>below:METRIC:NUMBER</c>.</summary>
public static class VerdictRules
{
    private const string Rule = "worse:METRIC or below:METRIC:NUMBER, such as worse:eval_mAP or below:eval_AP50:0.6";

    /// <summary>Throws unless a text is a rule.</summary>
    /// <exception cref="FormatException">Carries the rule of rules.</exception>
    public static void Check(string text) => Parse(text);

    /// <summary>Returns what is wrong with rules that name no metric of a report.</summary>
    public static IReadOnlyList<string> FindFaults(IEnumerable<string> rules, IReadOnlyList<ReportedMetric> metrics) =>
        [
            .. rules
                .Select(rule => Parse(rule).Metric)
                .Where(name => metrics.All(metric => metric.Name != name))
                .Select(name => Explain(name, [.. metrics.Select(metric => metric.Name)])),
        ];

    /// <summary>Returns the sentences of the rules that a report breaks.</summary>
    public static IReadOnlyList<string> FindBroken(IEnumerable<string> rules, IReadOnlyList<ReportedMetric> metrics) =>
        [
            .. rules
                .Select(Parse)
                .SelectMany(rule =>
                    metrics.Where(metric => metric.Name == rule.Metric).Select(metric => Explain(metric, rule.Least)).OfType<string>()
                ),
        ];

    private static string? Explain(ReportedMetric metric, double? least)
    {
        if (least is null)
            return metric.Word == "worse" ? $"{metric.Name} is worse" : null;
        var value = metric.Value?.ToString("0.####", CultureInfo.InvariantCulture) ?? "missing";
        return metric.Value >= least
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{metric.Name} is {value}, below {least:0.####}");
    }

    private static string Explain(string name, IReadOnlyList<string> known)
    {
        var nearest = NearestName.Find(name, known) is { } near ? $" Did you mean {near}?" : "";
        return $"--fail-on names the metric \"{name}\", which the report does not have; it must be one of "
            + $"{string.Join(", ", known)}.{nearest}";
    }

    private static (string Metric, double? Least) Parse(string text) =>
        text.Split(':') switch
        {
            ["worse", { Length: > 0 } metric] => (metric, null),
            ["below", { Length: > 0 } metric, var number]
                when double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var least) && double.IsFinite(least) => (
                metric,
                least
            ),
            _ => throw new FormatException(Rule),
        };
}
