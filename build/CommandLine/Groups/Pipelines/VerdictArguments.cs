using CodeHosts.Text;
using Reports;

namespace Build.CommandLine.Groups.Pipelines;

/// <summary>The arguments of the comment and its status.</summary>
public sealed class VerdictArguments() : ArgumentGroup(Report, Text, FailOn, Thumbnails)
{
    /// <summary>The value of <see cref="Thumbnails"/> that uploads the pictures.</summary>
    public const string Upload = "upload";

    public static readonly Argument<string?> Report = Arguments.Text("report", "FILE", "the report; default artifacts/report.json");

    public static readonly Argument<string?> Text = Arguments.Text("comment", "FILE", "its short form; default artifacts/comment.md");

    public static readonly RepeatedArgument FailOn = new(
        "fail-on",
        "RULE",
        "worse:METRIC or below:METRIC:NUMBER; the status fails when it applies; repeatable, or several separated by spaces",
        text => FailRules.Parse([text])
    )
    {
        Separator = ReportArguments.BeforeRule(),
    };

    public static readonly Argument<string?> Thumbnails = new(
        "thumbnails",
        "ADDRESS",
        "shows up to six pictures: without a value uploads them (Azure DevOps), an https address is that of the published artifacts",
        otherwise: null,
        Parse
    )
    {
        Alone = Upload,
    };

    private static string Parse(string text) =>
        text == Upload || (MarkdownText.IsPlainAddress(text) && !text.Contains('?', StringComparison.Ordinal))
            ? text
            : throw new FormatException("an https address without a query, or be given without a value");
}
