using System.Text.Json.Nodes;

namespace Reports.Pages;

/// <summary>Collects the figures of a page: tables in its markup, and their data, from which the page's script draws figures.</summary>
internal sealed class PageFigures
{
    private readonly JsonObject figures = [];

    /// <summary>Returns the place of a figure. Without script it stays the table.</summary>
    /// <param name="id">Unique on the page; letters, digits and <c>-</c>.</param>
    /// <param name="component">Name of the studio's component.</param>
    /// <param name="data">The properties of the component.</param>
    /// <param name="table">The same numbers as HTML.</param>
    public string Place(string id, string component, JsonObject data, string table)
    {
        figures[id] = new JsonArray(component, data);
        return $"<div data-figure=\"{id}\">{table}</div>";
    }

    /// <summary>
    /// Returns the data for a script element: an array of the component's name and its properties by the id of the figure. Everything that
    /// is no letter or digit of ASCII is escaped, so that no text can end the element.
    /// </summary>
    public string ToJson() => figures.ToJsonString();

    /// <summary>Returns a list of numbers; null for those that JSON cannot hold.</summary>
    public static JsonArray Numbers(IEnumerable<double> numbers) => [.. numbers.Select(number => Number(number))];

    /// <summary>Returns a number; null when JSON cannot hold it.</summary>
    public static JsonNode? Number(double? number) => number is { } value && double.IsFinite(value) ? JsonValue.Create(value) : null;

    /// <summary>Returns a list of texts from outside, each as one harmless line.</summary>
    public static JsonArray Texts(IEnumerable<string> texts, int longest) =>
        [.. texts.Select(JsonNode? (text) => JsonValue.Create(PlainText.OneLine(text, longest)))];

    /// <summary>Returns a table for readers without script.</summary>
    /// <param name="caption">Its caption; our own text.</param>
    /// <param name="headings">HTML of the headings; those after the first are above numbers.</param>
    /// <param name="rows">HTML of the cells.</param>
    public static string Table(string caption, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows) =>
        $"<div class=\"scroll\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\"><table><caption>{caption}</caption><thead><tr>"
        + string.Concat(headings.Select((heading, place) => $"<th scope=\"col\"{Style(place)}>{heading}</th>"))
        + "</tr></thead><tbody>"
        + string.Concat(
            rows.Select(row =>
                $"<tr><th scope=\"row\">{row[0]}</th>"
                + string.Concat(row.Skip(1).Select(cell => $"<td class=\"number\">{cell}</td>"))
                + "</tr>"
            )
        )
        + "</tbody></table></div>";

    private static string Style(int place) => place == 0 ? "" : " class=\"number\"";
}
