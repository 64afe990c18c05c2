using Reports.Building;
using Reports.Reading;
using Reports.Texts;

namespace Reports.Tests;

public sealed class TextTests : IDisposable
{
    private readonly SampleRun sample = new();

    public void Dispose() => sample.Dispose();

    [Fact]
    public void Write_GivesTheComment()
    {
        var input = sample.Input();

        ExpectedText.Check("comment.md", CommentText.Write(input, ReportBuilder.Build(input)));
    }

    [Fact]
    public void Write_GivesTheReport()
    {
        var input = sample.Input();

        ExpectedText.Check("report.md", MarkdownReport.Write(input, ReportBuilder.Build(input)));
    }

    [Fact]
    public void Write_ListsTheTrials_WhenTheJobIsASweep()
    {
        var input = sample.Input();
        input = input with { Run = input.Run with { Sweep = SampleRun.Sweep() } };

        ExpectedText.Check("report-sweep.md", MarkdownReport.Write(input, ReportBuilder.Build(input)));
    }

    [Fact]
    public void Write_ShowsTheReason_WhenTheJobFailed()
    {
        var input = new ReportInput(
            SampleRun.Facts("demo-2", sample.Current, "Failed") with
            {
                FailureReason = "UserError: <b>Out of memory</b> @team",
            }
        );

        ExpectedText.Check("comment-failed.md", CommentText.Write(input, ReportBuilder.Build(input)));
    }

    [Fact]
    public void Write_ShowsTheProgress_WhenTheJobRuns()
    {
        sample.Write("outputs/final_model/exp_config.json", """{"RUN_PARAMS": {"STEPS": 120}}""");
        var input = new ReportInput(SampleRun.Facts("demo-2", sample.Current, "Running"))
        {
            NoCostReason = "the VM size of the job is unknown",
        };

        ExpectedText.Check("comment-running.md", CommentText.Write(input, ReportBuilder.Build(input)));
    }

    [Fact]
    public void Write_EscapesEveryText()
    {
        using var hostile = new SampleRun([.. Hostile.Texts.Where(text => text.Length > 0), Hostile.Long]);
        var input = hostile.Input() with { Comparison = Comparison.Unpaired(Hostile.Texts[1]) };
        input = input with
        {
            Run = input.Run with
            {
                Status = "Failed",
                FailureReason = Hostile.Texts[1],
                StudioUrl = "javascript:alert(1)",
                Experiment = "@team",
                Sweep = HostileSweep.Of([.. Hostile.Texts, Hostile.Long]),
            },
        };
        hostile.Write("user_logs/std_log.txt", string.Join('\n', Hostile.Texts));

        string[] parts = ["<script", "<img", "<a ", "](javascript", "@team", "@some", "](https://example", "##vso[", "\u202E", "!["];
        foreach (
            var text in new[]
            {
                CommentText.Write(input, ReportBuilder.Build(input)),
                MarkdownReport.Write(input, ReportBuilder.Build(input)),
            }
        )
        {
            Assert.All(parts, part => Assert.DoesNotContain(part, text, StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public void Write_KeepsTheCommentShort_WhenThereAreManyClasses()
    {
        using var many = new SampleRun([.. Enumerable.Range(0, 900).Select(number => new string('|', 200) + number)]);
        var input = many.Input();
        var report = ReportBuilder.Build(input);

        Assert.InRange(CommentText.Write(input, report).Length, 1, CommentText.Longest);
        Assert.InRange(MarkdownReport.Write(input, report).Length, 1, 500_000);
    }
}
