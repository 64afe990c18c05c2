using System.Text;
using Reports.Building;
using Reports.Pages;

namespace Reports.Texts;

/// <summary>Writes the trials of a sweep as Markdown.</summary>
internal static class SweepText
{
    private const int MostTrials = 200;

    /// <summary>Appends a table of the trials, and one of the importance of each parameter.</summary>
    public static void Append(StringBuilder text, SweepFacts sweep)
    {
        if (sweep.Trials.Count == 0)
            return;
        text.Append("#### Sweep\n\n");
        text.Append(
            SweepSection.Sentence(sweep, MarkdownParts.Name(sweep.Metric), sweep.Best is { } best ? MarkdownParts.Name(best) : null)
        );
        text.Append($"\n\n| trial | state | {MarkdownParts.Name(sweep.Metric)} |");
        foreach (var parameter in sweep.Parameters)
            text.Append($" {MarkdownParts.Name(parameter)} |");
        text.Append(" duration |\n|---|---|---:|").Insert(text.Length, "---|", sweep.Parameters.Count).Append("---:|\n");
        foreach (var trial in sweep.Trials.Take(MostTrials))
        {
            var state = Markdown.Escape(SweepSection.State(sweep, trial), 40);
            text.Append($"| {MarkdownParts.Name(trial.Name)} | {(sweep.IsBest(trial) ? $"**{state}**" : state)} |");
            text.Append($" {(trial.Metric is { } value ? SweepSection.Number(value) : "–")} |");
            foreach (var parameter in sweep.Parameters)
                text.Append($" {Value(trial, parameter)} |");
            text.Append($" {(trial.Seconds is { } seconds ? Words.Duration(seconds) : "–")} |\n");
        }

        if (sweep.Trials.Count > MostTrials)
            text.Append($"\n{sweep.Trials.Count - MostTrials} more trials are in `report.html`.\n");
        text.Append('\n');
        AppendImportance(text, sweep.Importance());
    }

    private static void AppendImportance(StringBuilder text, IReadOnlyList<(string Parameter, double Share)> importance)
    {
        if (importance.Count == 0)
            return;
        text.Append("Share of the metric's variance, in ranks, that each parameter explains alone:\n\n| parameter | share |\n|---|---:|\n");
        foreach (var (parameter, share) in importance)
            text.Append($"| {MarkdownParts.Name(parameter)} | {HtmlText.Number(share, "0.00")} |\n");
        text.Append('\n');
    }

    private static string Value(TrialFacts trial, string parameter) =>
        trial.Number(parameter) is { } number ? SweepSection.Number(number)
        : trial.Values.TryGetValue(parameter, out var value) ? MarkdownParts.Name(value)
        : "–";
}
