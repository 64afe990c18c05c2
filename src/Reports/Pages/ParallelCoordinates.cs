using System.Globalization;
using System.Text;
using Reports.Building;

namespace Reports.Pages;

/// <summary>Draws the trials of a sweep as SVG: one axis for each parameter and one for the metric, and one line for each trial.</summary>
internal static class ParallelCoordinates
{
    private const int MostParameters = 7;
    private const int MostTrials = 300;
    private const int MostNames = 8; // of the values of one axis
    private const double Width = 900;
    private const double Height = 300;
    private const double Side = 60;
    private const double Top = 40;
    private const double Bottom = 20;

    /// <summary>Returns the chart; empty when fewer than two trials have a value of the metric.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="parameters">The parameters, the most important first; empty when that is unknown.</param>
    public static string Draw(SweepFacts sweep, IReadOnlyList<string> parameters)
    {
        if (sweep.Measured.Count < 2 || sweep.Parameters.Count == 0)
            return "";
        var shown = (parameters.Count > 0 ? parameters : sweep.Parameters).Take(MostParameters).Order(StringComparer.Ordinal);
        var axes = shown
            .Select(name => ParallelAxis.OfParameter(name, sweep.Measured))
            .Append(ParallelAxis.OfMetric(sweep.Metric, sweep.Measured))
            .ToList();
        // The best trial is drawn last, over the others.
        var trials = sweep.Measured.Take(MostTrials).OrderBy(trial => sweep.IsBest(trial)).ToList();
        var html = new StringBuilder("<figure class=\"card\"><figcaption>Parameters and metric of each trial</figcaption>");
        html.Append("<div class=\"scroll\" role=\"region\" aria-label=\"Chart of the parameters\" tabindex=\"0\">");
        html.Append(
            CultureInfo.InvariantCulture,
            $"<svg class=\"chart parallel\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Description(sweep)}\">"
        );
        for (var place = 0; place < axes.Count; place++)
            html.Append(CultureInfo.InvariantCulture, $"<path class=\"axis\" d=\"M{X(place, axes.Count)} {Y(0)}V{Y(1)}\"/>");
        foreach (var trial in trials)
            html.Append(Line(sweep, trial, axes));
        for (var place = 0; place < axes.Count; place++)
            AppendAxis(html, axes[place], X(place, axes.Count), isLast: place == axes.Count - 1);
        html.Append("</svg></div>").Append(Legend(sweep)).Append(Note(sweep, trials.Count, axes)).Append("</figure>");
        return html.ToString();
    }

    private static string Line(SweepFacts sweep, TrialFacts trial, List<ParallelAxis> axes)
    {
        var style =
            sweep.IsBest(trial) ? "best"
            : trial.IsEndedEarly ? "ended"
            : "trial";
        var points = axes.Select((axis, place) => (Place: place, Share: axis.ShareOf(trial)))
            .Where(point => point.Share is not null)
            .Select(point => $"{X(point.Place, axes.Count)},{Y(point.Share!.Value)}");
        return $"<polyline class=\"line {style}\" points=\"{string.Join(' ', points)}\"><title>{HtmlText.Attribute(trial.Name)}: "
            + $"{SweepSection.Number(trial.Metric!.Value)}</title></polyline>";
    }

    private static void AppendAxis(StringBuilder html, ParallelAxis axis, string x, bool isLast)
    {
        html.Append($"<text class=\"name\" x=\"{x}\" y=\"16\" text-anchor=\"middle\">{HtmlText.Attribute(LastPart(axis.Name))}</text>");
        // The last axis has its numbers inside, where the page has room.
        var (shift, anchor) = isLast ? (-6, "end") : (6, "start");
        foreach (var (share, text) in axis.Marks(MostNames))
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<text class=\"mark\" x=\"{x}\" dx=\"{shift}\" y=\"{Y(share)}\" dy=\"4\" text-anchor=\"{anchor}\">"
                    + $"{HtmlText.Attribute(PlainText.OneLine(text, 14))}</text>"
            );
        }
    }

    private static string Legend(SweepFacts sweep) =>
        "<ul class=\"legend\">"
        + (sweep.Measured.Any(sweep.IsBest) ? "<li><span class=\"key best\"></span>best trial</li>" : "")
        + "<li><span class=\"key s1 thin\"></span>trial</li>"
        + (sweep.Measured.Any(trial => trial.IsEndedEarly) ? "<li><span class=\"key before\"></span>trial, ended early</li>" : "")
        + "</ul>";

    private static string Note(SweepFacts sweep, int drawn, List<ParallelAxis> axes)
    {
        var notes = new List<string>();
        if (axes.Any(axis => axis.IsLogarithmic))
            notes.Add($"Logarithmic: {string.Join(", ", axes.Where(axis => axis.IsLogarithmic).Select(Named))}.");
        if (sweep.Parameters.Count > axes.Count - 1)
            notes.Add($"The {axes.Count - 1} most important of {sweep.Parameters.Count} parameters are shown.");
        if (sweep.Trials.Count > sweep.Measured.Count)
            notes.Add($"Trials without a value of the metric, which are not shown: {sweep.Trials.Count - sweep.Measured.Count}.");
        if (sweep.Measured.Count > drawn)
            notes.Add($"The first {drawn} trials are shown.");
        return notes.Count == 0 ? "" : $"<p class=\"note\">{string.Join(' ', notes)}</p>";
    }

    private static string Named(ParallelAxis axis) => HtmlText.Foreign(axis.Name, 40);

    private static string Description(SweepFacts sweep)
    {
        var best = sweep.Measured.FirstOrDefault(sweep.IsBest);
        var text = new StringBuilder($"Parallel coordinates of {sweep.Measured.Count} trials. ");
        if (best is null)
            return text.Append("No trial has completed yet.").ToString();
        text.Append($"The best is {HtmlText.Attribute(best.Name)} with {HtmlText.Attribute(sweep.Metric)} ");
        text.Append(SweepSection.Number(best.Metric!.Value));
        foreach (var (name, value) in best.Values.Take(MostParameters))
            text.Append($", {HtmlText.Attribute(PlainText.OneLine(name, 60))} {HtmlText.Attribute(PlainText.OneLine(value, 20))}");
        return text.ToString();
    }

    // The key's last part says most: LEARNING_RATE of RUN_PARAMS.LEARNING_RATE.
    private static string LastPart(string name) => PlainText.OneLine(name[(name.LastIndexOf('.') + 1)..], 17);

    private static string X(int place, int axes) => HtmlText.Number(Side + place * (Width - 2 * Side) / Math.Max(1, axes - 1), "0.#");

    private static string Y(double share) => HtmlText.Number(Height - Bottom - share * (Height - Top - Bottom), "0.#");
}
