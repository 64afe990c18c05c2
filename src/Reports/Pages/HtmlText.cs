using System.Globalization;
using System.Text;
using Reports.Records;

namespace Reports.Pages;

/// <summary>Writes text and numbers into HTML.</summary>
internal static class HtmlText
{
    /// <summary>Returns text from outside as one line that cannot be markup and does not turn the text around it.</summary>
    public static string Foreign(string? text, int longest = PlainText.Longest) => $"<bdi>{Encode(PlainText.OneLine(text, longest))}</bdi>";

    /// <summary>Returns text from outside for an attribute in double quotes.</summary>
    public static string Attribute(string? text) => Encode(PlainText.OneLine(text));

    /// <summary>Returns a number as HTML and SVG need it: at most four decimals, a full stop.</summary>
    public static string Number(double value, string format = "0.####") => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Returns a metric with four decimals, or a dash for a missing one.</summary>
    public static string Metric(double? value) => value is { } number ? Number(number, "0.0000") : "–";

    /// <summary>Returns the value or the baseline of a metric; a number of images has no decimals.</summary>
    public static string Metric(ReportMetric metric, double? value) =>
        value is { } number && IsCount(metric) ? Number(number, "0") : Metric(value);

    /// <summary>Returns a difference with its sign, or a dash.</summary>
    public static string Signed(double? value) => value is { } number ? Number(number, "+0.0000;−0.0000;0.0000") : "–";

    /// <summary>Returns the difference of a metric with its sign, or a dash.</summary>
    public static string Difference(ReportMetric metric) =>
        metric.Difference is { } number && IsCount(metric) ? Number(number, "+0;−0;0") : Signed(metric.Difference);

    /// <summary>Returns the 95 % interval of the value, or a dash.</summary>
    public static string Interval(ReportMetric metric) =>
        metric.Interval is { } interval ? $"{Metric(interval.Low)} to {Metric(interval.High)}" : "–";

    /// <summary>Returns the heading of the interval of the difference, beside that of the value where there is one.</summary>
    public static string IntervalOfDifference(bool hasIntervals) => hasIntervals ? "95 % interval of the difference" : "95 % interval";

    private static bool IsCount(ReportMetric metric) => metric.Name is "binary_tp" or "binary_fn" or "binary_tn" or "binary_fp";

    private static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            encoded.Append(
                letter switch
                {
                    '&' => "&amp;",
                    '<' => "&lt;",
                    '>' => "&gt;",
                    '"' => "&quot;",
                    '\'' => "&#39;",
                    _ => letter.ToString(),
                }
            );
        }

        return encoded.ToString();
    }
}
