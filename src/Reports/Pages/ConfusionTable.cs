using Reports.Reading;

namespace Reports.Pages;

/// <summary>Writes the confusion matrix for readers without script: actual classes as rows, predicted classes as columns.</summary>
internal static class ConfusionTable
{
    private const int MostClasses = 15; // up to which the whole matrix is written
    private const int MostPairs = 15;

    /// <summary>Returns the matrix as a table for readers without script; null without one.</summary>
    public static string? Draw(Evaluation evaluation)
    {
        if (evaluation.Confusion.Count == 0)
            return null;
        IReadOnlyList<string> names = [.. evaluation.Classes, "background"];
        return evaluation.Classes.Count <= MostClasses ? Matrix(evaluation, names) : Pairs(evaluation, names);
    }

    /// <summary>Returns how many objects are correct; empty without a matrix.</summary>
    public static string Sentence(Evaluation evaluation)
    {
        if (evaluation.Confusion.Count == 0)
            return "";
        var right = evaluation.Classes.Select((_, place) => evaluation.Confusion[place][place]).Sum();
        var objects = evaluation.Confusion.SkipLast(1).Sum(row => row.Sum());
        return $"<p>{right} of {objects} objects are correct at a score of at least {HtmlText.Number(evaluation.EvalConf)} and an IoU of "
            + $"at least {HtmlText.Number(evaluation.Iou)}. The row <i>background</i> counts predictions without an object, the column the "
            + "missed objects.</p>";
    }

    private static string Matrix(Evaluation evaluation, IReadOnlyList<string> names) =>
        PageFigures.Table(
            "Objects by actual and predicted class",
            ["<span class=\"axis-name\">actual</span> \u2193 <span class=\"axis-name\">predicted</span> \u2192", .. names.Select(Name)],
            names.Select((name, row) => (IReadOnlyList<string>)[Name(name), .. evaluation.Confusion[row].Select(count => $"{count}")])
        );

    private static string Pairs(Evaluation evaluation, IReadOnlyList<string> names)
    {
        var pairs = Enumerable
            .Range(0, names.Count)
            .SelectMany(row => Enumerable.Range(0, names.Count).Select(column => (row, column, Count: evaluation.Confusion[row][column])))
            .Where(pair => pair.row != pair.column && pair.Count > 0)
            .OrderByDescending(pair => pair.Count)
            .Take(MostPairs);
        return PageFigures.Table(
            "The most frequent mistakes",
            ["actual", "predicted", "objects"],
            pairs.Select(pair => (IReadOnlyList<string>)[Name(names[pair.row]), Name(names[pair.column]), $"{pair.Count}"])
        );
    }

    private static string Name(string name) => HtmlText.Foreign(name, 40);
}
