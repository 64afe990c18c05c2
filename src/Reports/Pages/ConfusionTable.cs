using System.Text;
using Reports.Reading;

namespace Reports.Pages;

/// <summary>Writes the confusion matrix: actual classes as rows, predicted classes as columns.</summary>
internal static class ConfusionTable
{
    private const int MostClasses = 15; // up to which the whole matrix is shown at once
    private const int MostPairs = 15;
    private const int MostCells = 120; // classes up to which the matrix is written at all
    private const int Shades = 9;

    /// <summary>Returns the table; null when there is no matrix.</summary>
    public static string? Draw(Evaluation? evaluation)
    {
        if (evaluation is not { Confusion.Count: > 0 })
            return null;
        IReadOnlyList<string> names = [.. evaluation.Classes, "background"];
        var right = evaluation.Classes.Select((_, place) => evaluation.Confusion[place][place]).Sum();
        var objects = evaluation.Confusion.SkipLast(1).Sum(row => row.Sum());
        var html = new StringBuilder(
            $"<p>{right} of {objects} objects are correct at a score of at least {HtmlText.Number(evaluation.EvalConf)} and an IoU of "
                + $"at least "
                + $"{HtmlText.Number(evaluation.Iou)}. The row <i>background</i> counts predictions without an object, the column the "
                + $"missed objects.</p>"
        );
        if (evaluation.Classes.Count <= MostClasses)
            return html.Append(Matrix(evaluation, names)).ToString();
        html.Append(Pairs(evaluation, names));
        if (evaluation.Classes.Count <= MostCells)
        {
            html.Append(
                $"<details><summary>The whole matrix of {evaluation.Classes.Count} classes</summary>{Matrix(evaluation, names)}</details>"
            );
        }
        return html.ToString();
    }

    private static string Matrix(Evaluation evaluation, IReadOnlyList<string> names)
    {
        var html = new StringBuilder(
            "<div class=\"scroll\" role=\"region\" aria-label=\"Objects by actual and predicted class\" tabindex=\"0\"><table "
                + "class=\"confusion\">"
        );
        html.Append("<caption>Objects by actual and predicted class</caption><thead><tr><td></td>");
        html.Append(
            $"<th class=\"axis-name\" colspan=\"{names.Count}\" scope=\"colgroup\">predicted</th></tr><tr><th class=\"axis-name\" "
                + $"scope=\"col\">actual</th>"
        );
        foreach (var name in names)
            html.Append($"<th scope=\"col\">{Name(name)}</th>");
        html.Append("</tr></thead><tbody>");
        var columns = names.Select((_, column) => evaluation.Confusion.Sum(row => row[column])).ToList();
        for (var row = 0; row < names.Count; row++)
        {
            var counts = evaluation.Confusion[row];
            html.Append($"<tr><th scope=\"row\">{Name(names[row])}</th>");
            for (var column = 0; column < names.Count; column++)
            {
                // Background has no total of its own: its row shows the share of all predictions of that class.
                var isBackground = row == names.Count - 1;
                var whole = isBackground ? columns[column] : counts.Sum();
                html.Append(
                    isBackground && column == row
                        ? "<td class=\"none\">–</td>"
                        : $"<td class=\"{(row == column ? "hit " : "")}shade{Shade(counts[column], whole)}\">{counts[column]}</td>"
                );
            }

            html.Append("</tr>");
        }

        return html.Append("</tbody></table></div>").ToString();
    }

    private static string Pairs(Evaluation evaluation, IReadOnlyList<string> names)
    {
        var pairs = Enumerable
            .Range(0, names.Count)
            .SelectMany(row => Enumerable.Range(0, names.Count).Select(column => (row, column, Count: evaluation.Confusion[row][column])))
            .Where(pair => pair.row != pair.column && pair.Count > 0)
            .OrderByDescending(pair => pair.Count)
            .Take(MostPairs);
        var rows = pairs.Select(pair =>
            $"<tr><td>{Name(names[pair.row])}</td><td>{Name(names[pair.column])}</td><td class=\"number\">{pair.Count}</td></tr>"
        );
        return "<table><caption>The most frequent mistakes</caption><thead><tr><th scope=\"col\">actual</th><th "
            + "scope=\"col\">predicted</th>"
            + $"<th scope=\"col\" class=\"number\">objects</th></tr></thead><tbody>{string.Concat(rows)}</tbody></table>";
    }

    private static string Name(string name) => HtmlText.Foreign(name, 40);

    private static int Shade(long count, long whole) =>
        whole <= 0 || count <= 0 ? 0 : Math.Clamp((int)Math.Ceiling(Shades * (double)count / whole), 1, Shades);
}
