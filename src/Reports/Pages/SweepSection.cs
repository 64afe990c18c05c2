using System.Globalization;
using System.Text;
using Reports.Building;

namespace Reports.Pages;

/// <summary>Writes the trials of a sweep: how they compare in charts, and each of them in a table.</summary>
internal static class SweepSection
{
    private const int Shown = 30;
    private const int BarWidth = 110;

    /// <summary>Returns the section; null when the job is no sweep or has no trial.</summary>
    public static string? Draw(SweepFacts? sweep)
    {
        if (sweep is not { Trials.Count: > 0 })
            return null;
        var importance = sweep.Importance();
        var html = new StringBuilder($"<p>{Sentence(sweep, HtmlText.Foreign(sweep.Metric, 60), Best(sweep))}</p>");
        html.Append(ParallelCoordinates.Draw(sweep, [.. importance.Select(one => one.Parameter)]));
        var charts = BestSoFar(sweep) + Importance(importance);
        if (charts.Length > 0)
            html.Append($"<div class=\"charts\">{charts}</div>");
        html.Append("<h3>Trials</h3>").Append(Table(sweep, [.. sweep.Trials.Take(Shown)], "Trials of the sweep"));
        if (sweep.Trials.Count > Shown)
        {
            html.Append($"<details><summary>{sweep.Trials.Count - Shown} more trials</summary>");
            html.Append(Table(sweep, [.. sweep.Trials.Skip(Shown)], "More trials of the sweep")).Append("</details>");
        }

        return html.ToString();
    }

    /// <summary>Returns what was compared, and whose results the rest of the report shows.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="metric">Its metric as the format shows it.</param>
    /// <param name="best">The best trial as the format shows it; null without one.</param>
    public static string Sentence(SweepFacts sweep, string metric, string? best) =>
        $"{sweep.Trials.Count} trials, {(sweep.IsMaximized ? "more" : "less")} of {metric} is better. "
        + (
            best is null
                ? "No trial has completed with a value of it."
                : $"The best trial is {best}; metrics, artifacts and model of this report are its own."
        );

    /// <summary>Returns the state of a trial for a table.</summary>
    public static string State(SweepFacts sweep, TrialFacts trial) => sweep.IsBest(trial) ? $"{trial.State}, best" : trial.State;

    /// <summary>Returns a value of the metric or a parameter, with six significant digits where it is a number.</summary>
    public static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private static string? Best(SweepFacts sweep) => sweep.Best is { } best ? $"<code>{HtmlText.Foreign(best, 80)}</code>" : null;

    private static string BestSoFar(SweepFacts sweep)
    {
        var best = sweep.BestSoFar();
        if (best.Count < 2)
            return "";
        var values = sweep.Measured.Select(trial => trial.Metric!.Value).ToList();
        var (lowest, highest) = (values.Min(), values.Max());
        var margin = highest > lowest ? (highest - lowest) * 0.08 : Math.Max(Math.Abs(highest), 1) * 0.08;
        var chart = new LineChart(
            $"{sweep.Metric} of {sweep.Measured.Count} trials in their order; the best of the completed ones is {Number(best[^1].Value)}",
            "trial",
            PlainText.OneLine(sweep.Metric, 40)
        )
        {
            X = (0, sweep.Trials.Count + 1), // room for the last dot
            IsXWhole = true,
            Y = (lowest - margin, highest + margin),
        };
        // A new best value begins with its trial: a step, and no slope.
        var steps = best.SelectMany(
                (one, place) =>
                    place == 0
                        ? new[] { ((double)one.Number, one.Value) }
                        : [((double)one.Number, best[place - 1].Value), ((double)one.Number, one.Value)]
            )
            .ToList();
        var lines = new[]
        {
            new ChartLine("", "s1", steps),
            new ChartLine("", "ended", Dots(sweep, trial => trial.IsEndedEarly)) { IsDotted = true },
            new ChartLine("", "s2", Dots(sweep, trial => !trial.IsEndedEarly)) { IsDotted = true },
        };
        return $"<figure class=\"card\"><figcaption>Best so far</figcaption>{chart.Draw("clip-best-so-far", lines)}<ul class=\"legend\">"
            + "<li><span class=\"key s1\"></span>best so far</li><li><span class=\"spot s2\"></span>trial</li>"
            + (sweep.Measured.Any(trial => trial.IsEndedEarly) ? "<li><span class=\"spot ended\"></span>trial, ended early</li>" : "")
            + "</ul></figure>";
    }

    private static IReadOnlyList<(double X, double Y)> Dots(SweepFacts sweep, Func<TrialFacts, bool> isMeant) =>
        [
            .. sweep
                .Trials.Select((trial, place) => (Trial: trial, Number: place + 1.0))
                .Where(one => one.Trial.Metric is { } value && double.IsFinite(value) && isMeant(one.Trial))
                .Select(one => (one.Number, one.Trial.Metric!.Value)),
        ];

    // The bars repeat the numbers beside them, so screen readers skip them.
    private static string Importance(IReadOnlyList<(string Parameter, double Share)> importance)
    {
        if (importance.Count == 0)
            return "";
        var html = new StringBuilder("<figure class=\"card\"><figcaption>Importance of each parameter</figcaption>");
        html.Append(
            "<div class=\"scroll\" role=\"region\" aria-label=\"Table of the importance\" tabindex=\"0\"><table class=\"importance\">"
        );
        html.Append("<caption>Share of the metric's variance that each parameter explains alone</caption><thead><tr>");
        html.Append(
            "<th scope=\"col\">parameter</th><th scope=\"col\" class=\"number\">share</th><th scope=\"col\" class=\"plot\">0 to 1</th>"
        );
        html.Append("</tr></thead><tbody>");
        foreach (var (parameter, share) in importance)
        {
            html.Append(
                $"<tr><th scope=\"row\">{HtmlText.Foreign(parameter, 60)}</th><td class=\"number\">{HtmlText.Number(share, "0.00")}</td>"
                    + $"<td class=\"plot\"><svg class=\"bar\" viewBox=\"0 0 {BarWidth} 14\" aria-hidden=\"true\"><path class=\"grid\" "
                    + $"d=\"M0 7H{BarWidth}\"/><path class=\"share\" "
                    + $"d=\"M0 7H{HtmlText.Number(Math.Clamp(share, 0, 1) * BarWidth, "0.#")}\"/>"
                    + "</svg></td></tr>"
            );
        }

        return html.Append(
                "</tbody></table></div><p class=\"note\">Share of the metric's variance, in ranks, that the parameter explains alone, "
                    + "adjusted for the number of trials. "
            )
            .Append("A few trials say little, and parameters that act together are not found.</p></figure>")
            .ToString();
    }

    private static string Table(SweepFacts sweep, IReadOnlyList<TrialFacts> trials, string caption)
    {
        var html = new StringBuilder(
            $"<div class=\"scroll\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\"><table class=\"metrics\">"
        );
        html.Append($"<caption>{caption}</caption><thead><tr><th scope=\"col\">trial</th><th scope=\"col\">state</th>");
        html.Append($"<th scope=\"col\" class=\"number\">{HtmlText.Foreign(sweep.Metric, 40)}</th>");
        foreach (var parameter in sweep.Parameters)
            html.Append($"<th scope=\"col\">{HtmlText.Foreign(parameter, 60)}</th>");
        html.Append("<th scope=\"col\" class=\"number\">duration</th></tr></thead><tbody>");
        foreach (var trial in trials)
        {
            html.Append(sweep.IsBest(trial) ? "<tr class=\"best\">" : "<tr>");
            html.Append($"<th scope=\"row\">{HtmlText.Foreign(trial.Name, 60)}</th><td>{HtmlText.Foreign(State(sweep, trial), 40)}</td>");
            html.Append($"<td class=\"number\">{(trial.Metric is { } value ? Number(value) : "–")}</td>");
            foreach (var parameter in sweep.Parameters)
                html.Append($"<td>{Value(trial, parameter)}</td>");
            html.Append($"<td class=\"number\">{(trial.Seconds is { } seconds ? Words.Duration(seconds) : "–")}</td></tr>");
        }

        return html.Append("</tbody></table></div>").ToString();
    }

    private static string Value(TrialFacts trial, string parameter) =>
        trial.Number(parameter) is { } number ? Number(number)
        : trial.Values.TryGetValue(parameter, out var text) ? HtmlText.Foreign(text, 40)
        : "–";
}
