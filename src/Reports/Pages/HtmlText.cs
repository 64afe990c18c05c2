using System.Globalization;
using System.Text;

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

    /// <summary>Returns a metric with four decimals, or a dash where there is none.</summary>
    public static string Metric(double? value) => value is { } number ? Number(number, IsCount(number) ? "0" : "0.0000") : "–";

    /// <summary>Returns a difference with its sign, or a dash.</summary>
    public static string Signed(double? value) =>
        value is { } number ? Number(number, IsCount(number) && Math.Abs(number) >= 1 ? "+0;−0;0" : "+0.0000;−0.0000;0.0000") : "–";

    private static bool IsCount(double value) => Math.Abs(value) > 1 && value == Math.Round(value);

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
