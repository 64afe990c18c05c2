using System.Globalization;
using System.Text;

namespace Reports.Pages;

/// <summary>A line of a chart.</summary>
/// <param name="Name">Name in the legend; our own text.</param>
/// <param name="Style">CSS class of the line.</param>
/// <param name="Points">Points in the chart's units, by ascending x.</param>
internal sealed record ChartLine(string Name, string Style, IReadOnlyList<(double X, double Y)> Points)
{
    /// <summary>Gets whether the points are dots, and not joined by a line.</summary>
    public bool IsDotted { get; init; }
}

/// <summary>Draws lines over two axes as SVG. It holds no script and no style of its own; page.css colours it.</summary>
/// <param name="title">Description of the chart for screen readers; may hold foreign text.</param>
/// <param name="xName">Name of the x axis.</param>
/// <param name="yName">Name of the y axis; may be foreign text.</param>
internal sealed class LineChart(string title, string xName, string yName)
{
    private const int MostPoints = 300;
    private const double Width = 420;
    private const double Height = 250;
    private const double Left = 46;
    private const double Right = 12;
    private const double Top = 22;
    private const double Bottom = 38;

    /// <summary>Gets the range of the x axis.</summary>
    public (double From, double To) X { get; init; } = (0, 1);

    /// <summary>Gets whether the x axis counts something and has no fractions.</summary>
    public bool IsXWhole { get; init; }

    /// <summary>Gets the range of the y axis.</summary>
    public (double From, double To) Y { get; init; } = (0, 1);

    /// <summary>Returns the chart.</summary>
    /// <param name="id">Unique on the page; letters, digits and <c>-</c>.</param>
    /// <param name="lines">The lines; a later one is drawn over an earlier one.</param>
    public string Draw(string id, IEnumerable<ChartLine> lines)
    {
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg class=\"chart\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{HtmlText.Attribute(title)}\">"
        );
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<clipPath id=\"{id}\"><rect x=\"{Left}\" y=\"{Top - 2}\" width=\"{Width - Left - Right}\" "
                + $"height=\"{Height - Top - Bottom + 4}\"/></clipPath>"
        );
        foreach (var tick in Ticks(Y.From, Y.To, 5))
            AppendTick(svg, Left, PlaceY(tick), Width - Right, PlaceY(tick), Left - 6, PlaceY(tick) + 4, "end", tick);
        foreach (var tick in Ticks(X.From, X.To, 5).Where(tick => !IsXWhole || tick.Equals(Math.Round(tick))))
        {
            AppendTick(
                svg,
                PlaceX(tick),
                Height - Bottom,
                PlaceX(tick),
                Height - Bottom + 4,
                PlaceX(tick),
                Height - Bottom + 17,
                "middle",
                tick
            );
        }
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"axis\" d=\"M{Left} {Height - Bottom}H{Width - Right}\"/>");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text class=\"name\" x=\"{Width - Right}\" y=\"{Height - 6}\" text-anchor=\"end\">{xName}</text>"
        );
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"name\" x=\"2\" y=\"12\">{HtmlText.Attribute(yName)}</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<g clip-path=\"url(#{id})\">");
        foreach (var line in lines.Where(line => line.Points.Count > 0))
            svg.Append(line.IsDotted ? Dots(line) : $"<polyline class=\"line {line.Style}\" points=\"{Points(line.Points)}\"/>");
        return svg.Append("</g></svg>").ToString();
    }

    /// <summary>Returns round numbers between two numbers, about as many as requested.</summary>
    internal static IEnumerable<double> Ticks(double from, double to, int count)
    {
        var span = to - from;
        if (!(span > 0) || !double.IsFinite(span))
            yield break;
        var raw = span / count;
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step =
            power
            * (
                (raw / power) switch
                {
                    <= 1 => 1,
                    <= 2 => 2,
                    <= 2.5 => 2.5,
                    <= 5 => 5,
                    _ => 10,
                }
            );
        for (var number = (long)Math.Ceiling(from / step - 1e-9); number * step <= to + step * 1e-9; number++)
            yield return number * step;
    }

    private static void AppendTick(
        StringBuilder svg,
        double x1,
        double y1,
        double x2,
        double y2,
        double x,
        double y,
        string anchor,
        double tick
    ) =>
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"grid\" d=\"M{Round(x1)} {Round(y1)}L{Round(x2)} {Round(y2)}\"/>")
            .Append(CultureInfo.InvariantCulture, $"<text x=\"{Round(x)}\" y=\"{Round(y)}\" text-anchor=\"{anchor}\">{Shown(tick)}</text>");

    private static string Shown(double tick) =>
        Math.Abs(tick) >= 10_000 ? HtmlText.Number(tick / 1000, "0.##") + "k" : HtmlText.Number(tick, "0.#####");

    private string Points(IReadOnlyList<(double X, double Y)> points) =>
        string.Join(' ', Thinned(points).Select(point => $"{Round(PlaceX(point.X))},{Round(Clamped(PlaceY(point.Y)))}"));

    private string Dots(ChartLine line) =>
        string.Concat(
            Thinned(line.Points)
                .Select(point =>
                    $"<circle class=\"dot {line.Style}\" cx=\"{Round(PlaceX(point.X))}\" "
                    + $"cy=\"{Round(Clamped(PlaceY(point.Y)))}\" r=\"3.5\"/>"
                )
        );

    // Thousands of points in 360 pixels only make the page larger.
    private static IEnumerable<(double X, double Y)> Thinned(IReadOnlyList<(double X, double Y)> points)
    {
        var count = Math.Min(points.Count, MostPoints);
        for (var place = 0; place < count; place++)
            yield return points[count == 1 ? 0 : (int)((long)place * (points.Count - 1) / (count - 1))];
    }

    private double PlaceX(double x) => Left + (x - X.From) / Span(X) * (Width - Left - Right);

    private double PlaceY(double y) => Height - Bottom - (y - Y.From) / Span(Y) * (Height - Top - Bottom);

    private static double Span((double From, double To) range) => range.To > range.From ? range.To - range.From : 1;

    private static double Clamped(double y) => Math.Clamp(y, -10 * Height, 10 * Height);

    private static string Round(double value) => HtmlText.Number(value, "0.#");
}
