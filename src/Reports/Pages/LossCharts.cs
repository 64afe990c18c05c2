using System.Text;
using Reports.Building;
using Reports.Reading;

namespace Reports.Pages;

/// <summary>Draws the losses over the steps: one chart for the sum and one for each stage of the detector.</summary>
internal static class LossCharts
{
    private static readonly (string Title, string[] Names)[] Charts =
    [
        ("Total loss", ["train_loss"]),
        ("First stage: proposals", ["train_loss_objectness", "train_loss_rpn_box_reg"]),
        ("Second stage: classes and boxes", ["train_loss_classifier", "train_loss_box_reg"]),
    ];

    /// <summary>Returns the charts; null when no loss was logged.</summary>
    public static string? Draw(RunFacts run, RunFacts? baseline)
    {
        var html = new StringBuilder();
        foreach (var (title, names) in Charts)
            html.Append(Draw(title, names, run.Artifacts.History, baseline?.Artifacts.History));
        return html.Length == 0 ? null : $"<div class=\"charts\">{html}</div>";
    }

    private static string Draw(string title, string[] names, MetricsHistory run, MetricsHistory? baseline)
    {
        var own = names.Select(run.Series).ToList();
        if (own.All(series => series.Count == 0))
            return "";
        var theirs = names.Select(name => baseline?.Series(name) ?? []).ToList();
        var all = own.Concat(theirs).Where(series => series.Count > 0).ToList();
        var last = all.Max(series => series[^1].Step);
        var chart = new LineChart($"{title} over {last:0} steps", "step", "loss") { X = (0, Math.Max(1, last)), Y = (0, Ceiling(all)) };
        var lines = new List<ChartLine>();
        foreach (var (series, place) in theirs.Select((series, place) => (series, place)))
            lines.Add(new ChartLine("", $"s{place + 1} before", Smoothed(series)));
        foreach (var (series, place) in own.Select((series, place) => (series, place)))
        {
            lines.Add(new ChartLine("", $"s{place + 1} raw", series));
            lines.Add(new ChartLine("", $"s{place + 1}", Smoothed(series)));
        }

        var legend = names
            .Select((name, place) => (name, place))
            .Where(entry => own[entry.place].Count > 0)
            .Select(entry =>
                $"<li><span class=\"key s{entry.place + 1}\"></span><code>{entry.name}</code> "
                + $"{HtmlText.Number(Smoothed(own[entry.place])[^1].Value, "0.0000")} at the end</li>"
            );
        var id = $"clip-{names[0].Replace('_', '-')}";
        return $"<figure class=\"card\"><figcaption>{title}</figcaption>{chart.Draw(id, lines)}<ul class=\"legend\">{string.Concat(legend)}"
            + (theirs.Any(series => series.Count > 0) ? "<li><span class=\"key before\"></span>baseline, smoothed</li>" : "")
            + "</ul></figure>";
    }

    /// <summary>Returns the moving average of a series over a twentieth of its length.</summary>
    private static IReadOnlyList<(double Step, double Value)> Smoothed(IReadOnlyList<(double Step, double Value)> series)
    {
        var reach = series.Count / 40;
        var sums = new double[series.Count + 1];
        for (var place = 0; place < series.Count; place++)
            sums[place + 1] = sums[place] + series[place].Value;
        return
        [
            .. series.Select(
                (point, place) =>
                {
                    var (from, to) = (Math.Max(0, place - reach), Math.Min(series.Count, place + reach + 1));
                    return (point.Step, (sums[to] - sums[from]) / (to - from));
                }
            ),
        ];
    }

    // A single bad step must not flatten everything else.
    private static double Ceiling(IReadOnlyList<IReadOnlyList<(double Step, double Value)>> all)
    {
        var highest = all.Max(series =>
        {
            var values = series.Select(point => point.Value).Order().ToList();
            return values[(int)((values.Count - 1) * 0.98)];
        });
        return highest > 0 ? 1.25 * highest : 1;
    }
}
