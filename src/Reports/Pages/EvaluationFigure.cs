using System.Text.Json.Nodes;
using Reports.Building;
using Reports.Reading;

namespace Reports.Pages;

/// <summary>Writes what the detector gets right and wrong: confusion matrix, precision and recall, and a threshold of the score.</summary>
internal static class EvaluationFigure
{
    private const int Shown = 30;
    private const int MostClasses = 120; // as many as the component draws a matrix of
    private const int MostCurves = 200;
    private const int LongestName = 40;

    /// <summary>Returns the figure; null when there is no evaluation.</summary>
    public static string? Draw(PageFigures figures, RunFacts run, RunFacts? baseline)
    {
        if (run.Artifacts.Evaluation is not { } evaluation)
            return null;
        var curves = Curves(evaluation);
        var matrix = ConfusionTable.Draw(evaluation);
        if (curves.Count == 0 && matrix is null)
            return null;
        var predictions = Predictions.Read(run.Artifacts.Folder);
        var isLarge = predictions is null && evaluation.Classes.Count > MostClasses;
        var data = new JsonObject
        {
            ["truth"] = predictions?.Truth,
            ["predictions"] = predictions?.Found,
            ["classes"] = PageFigures.Texts(evaluation.Classes, LongestName),
            ["counts"] = new JsonArray([
                .. (isLarge ? [] : evaluation.Confusion).Select(row => new JsonArray([.. row.Select(count => JsonValue.Create(count))])),
            ]),
            ["curves"] = Describe(curves),
            ["before"] = Describe(baseline?.Artifacts.Evaluation is { } before ? Curves(before) : []),
        };
        var sentence = predictions is null ? ConfusionTable.Sentence(evaluation) : "";
        // The matrix of a thousand classes has a million numbers; the table names its largest ones.
        return isLarge
            ? sentence + matrix + figures.Place("evaluation", "Evaluation", data, Precisions(curves))
            : sentence + figures.Place("evaluation", "Evaluation", data, Precisions(curves) + matrix);
    }

    private static List<PrecisionCurve> Curves(Evaluation evaluation) =>
        [.. evaluation.PrecisionRecall.Where(curve => curve.Precision.Count > 1).OrderBy(curve => curve.Ap50).Take(MostCurves)];

    private static JsonArray Describe(IEnumerable<PrecisionCurve> curves) =>
        [
            .. curves.Select(curve => new JsonObject
            {
                ["name"] = PlainText.OneLine(curve.Name, LongestName),
                ["ap50"] = PageFigures.Number(curve.Ap50),
                ["precision"] = PageFigures.Numbers(curve.Precision.Select(value => Math.Round(Math.Clamp(value, 0, 1), 4))),
            }),
        ];

    private static string Precisions(List<PrecisionCurve> curves) =>
        curves.Count == 0
            ? ""
            : PageFigures.Table(
                "AP50 of the weakest classes",
                ["class", "AP50"],
                curves
                    .Take(Shown)
                    .Select(curve => (IReadOnlyList<string>)[HtmlText.Foreign(curve.Name, LongestName), HtmlText.Metric(Known(curve))])
            );

    private static double? Known(PrecisionCurve curve) => double.IsFinite(curve.Ap50) && curve.Ap50 >= 0 ? curve.Ap50 : null;
}
