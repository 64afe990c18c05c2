using System.Text;
using Reports.Reading;

namespace Reports.Pages;

/// <summary>Draws the precision over the recall of each class at IoU 0.5, one chart per class, the weakest first.</summary>
internal static class PrecisionRecallCharts
{
    private const int Shown = 6;

    /// <summary>Returns the charts; null when no class has a curve.</summary>
    public static string? Draw(Evaluation? run, Evaluation? baseline)
    {
        var curves = (run?.PrecisionRecall ?? []).Where(curve => curve.Precision.Count > 0).OrderBy(curve => curve.Ap50).ToList();
        if (curves.Count == 0)
            return null;
        var before = (baseline?.PrecisionRecall ?? [])
            .GroupBy(curve => curve.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        var figures = curves.Select((curve, place) => Draw(curve, before.GetValueOrDefault(curve.Name), place)).ToList();
        var html = new StringBuilder($"<div class=\"charts\">{string.Concat(figures.Take(Shown))}</div>");
        if (figures.Count > Shown)
        {
            html.Append($"<details><summary>The other {figures.Count - Shown} classes</summary>");
            html.Append($"<div class=\"charts\">{string.Concat(figures.Skip(Shown))}</div></details>");
        }

        return html.ToString();
    }

    private static string Draw(PrecisionCurve curve, PrecisionCurve? before, int place)
    {
        var chart = new LineChart($"Precision over recall of {curve.Name}: AP50 {HtmlText.Metric(Known(curve))}", "recall", "precision")
        {
            Y = (0, 1),
        };
        var lines = new[]
        {
            new ChartLine("", "s1 before", Points(before)),
            new ChartLine("", "s1 area", [(0, 0), .. Points(curve), (1, 0)]),
            new ChartLine("", "s1", Points(curve)),
        };
        var baseline = before is { Precision.Count: > 0 }
            ? $"<li><span class=\"key before\"></span>baseline {HtmlText.Metric(Known(before))}</li>"
            : "";
        return $"<figure class=\"card\"><figcaption>{HtmlText.Foreign(curve.Name, 80)}</figcaption>{chart.Draw($"clip-pr-{place}", lines)}"
            + $"<ul class=\"legend\"><li><span class=\"key s1\"></span>AP50 {HtmlText.Metric(Known(curve))}</li>{baseline}</ul></figure>";
    }

    private static double? Known(PrecisionCurve curve) => double.IsFinite(curve.Ap50) && curve.Ap50 >= 0 ? curve.Ap50 : null;

    private static IReadOnlyList<(double X, double Y)> Points(PrecisionCurve? curve) =>
        curve is { Precision.Count: > 1 }
            ? [.. curve.Precision.Select((value, place) => (place / (double)(curve.Precision.Count - 1), Math.Clamp(value, 0, 1)))]
            : [];
}
