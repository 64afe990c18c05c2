using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Reports.Building;

namespace Reports.Pages;

/// <summary>Writes the trials of a sweep: how they compare in charts, and each of them in a table.</summary>
internal static class SweepSection
{
    private const int Shown = 30;

    /// <summary>Returns the section; null when the job is no sweep or has no trial.</summary>
    public static string? Draw(PageFigures figures, SweepFacts? sweep)
    {
        if (sweep is not { Trials.Count: > 0 })
            return null;
        var importance = sweep.Importance();
        var table = new StringBuilder(Table(sweep, [.. sweep.Trials.Take(Shown)], "Trials of the sweep"));
        if (sweep.Trials.Count > Shown)
        {
            table.Append($"<details><summary>{sweep.Trials.Count - Shown} more trials</summary>");
            table.Append(Table(sweep, [.. sweep.Trials.Skip(Shown)], "More trials of the sweep")).Append("</details>");
        }

        table.Append(Importance(importance));
        return $"<p>{Sentence(sweep, HtmlText.Foreign(sweep.Metric, 60), Best(sweep))}</p>"
            + figures.Place("trials", "Trials", Describe(sweep, importance), table.ToString());
    }

    private static JsonObject Describe(SweepFacts sweep, IReadOnlyList<(string Parameter, double Share)> importance) =>
        new()
        {
            ["objective"] = new JsonObject
            {
                ["metric"] = PlainText.OneLine(sweep.Metric, 60),
                ["goal"] = sweep.IsMaximized ? "maximize" : "minimize",
            },
            ["bestName"] = sweep.Best is { } best ? PlainText.OneLine(best, 80) : null,
            ["trials"] = new JsonArray([.. sweep.Trials.Select(Describe)]),
            ["importance"] = new JsonArray([
                .. importance.Select(one => new JsonObject
                {
                    ["parameter"] = PlainText.OneLine(one.Parameter, 60),
                    ["value"] = PageFigures.Number(one.Share),
                }),
            ]),
        };

    private static JsonObject Describe(TrialFacts trial)
    {
        var parameters = new JsonObject();
        foreach (var (name, text) in trial.Values)
        {
            parameters[PlainText.OneLine(name, 60)] = trial.Number(name) is { } number
                ? JsonValue.Create(number)
                : PlainText.OneLine(text, 40);
        }

        return new()
        {
            ["name"] = PlainText.OneLine(trial.Name, 80),
            ["state"] = PlainText.OneLine(trial.State, 40),
            ["isEndedEarly"] = trial.IsEndedEarly,
            ["parameters"] = parameters,
            ["metric"] = PageFigures.Number(trial.Metric),
            ["seconds"] = PageFigures.Number(trial.Seconds),
        };
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

    private static string Importance(IReadOnlyList<(string Parameter, double Share)> importance) =>
        importance.Count == 0
            ? ""
            : "<h3>Importance of the parameters</h3>"
                + PageFigures.Table(
                    "Share of the metric's variance that each parameter explains alone",
                    ["parameter", "share"],
                    importance.Select(one =>
                        (IReadOnlyList<string>)[HtmlText.Foreign(one.Parameter, 60), HtmlText.Number(one.Share, "0.00")]
                    )
                );

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
