using System.Text;
using Experiments.Records;
using Reports.Building;
using Reports.Pages;
using Reports.Records;

namespace Reports.Texts;

/// <summary>Writes the four files of a report.</summary>
public static class ReportWriter
{
    /// <summary>Names of the files, the one for people first.</summary>
    public static IReadOnlyList<string> Files { get; } = ["report.html", "report.md", "report.json", "comment.md"];

    /// <summary>Writes the files and replaces earlier ones.</summary>
    /// <param name="folder">The folder; created when missing.</param>
    /// <param name="input">The input of the report.</param>
    /// <param name="report">The result of <see cref="ReportBuilder.Build"/>.</param>
    public static void Write(string folder, ReportInput input, ReportFile report)
    {
        Directory.CreateDirectory(folder);
        WriteText(Path.Combine(folder, "report.html"), HtmlPage.Write(input, report));
        WriteText(Path.Combine(folder, "report.md"), MarkdownReport.Write(input, report));
        WriteText(Path.Combine(folder, "comment.md"), CommentText.Write(input, report));
        RecordFile.Write(Path.Combine(folder, "report.json"), report);
    }

    private static void WriteText(string path, string text) =>
        File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
}
