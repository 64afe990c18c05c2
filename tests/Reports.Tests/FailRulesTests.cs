using Reports.Records;

namespace Reports.Tests;

public class FailRulesTests
{
    [Theory]
    [InlineData("worse")]
    [InlineData("worse:")]
    [InlineData("better:eval_mAP")]
    [InlineData("below:eval_mAP")]
    [InlineData("below:eval_mAP:")]
    [InlineData("below:eval_mAP:high")]
    [InlineData("below:eval_mAP:NaN")]
    [InlineData("")]
    public void Parse_NamesTheForm_WhenATextIsNotARule(string text)
    {
        var error = Assert.Throws<FormatException>(() => FailRules.Parse([text]));

        Assert.StartsWith("worse:METRIC or below:METRIC:NUMBER, such as", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("worse:eval_map", "eval_mAP")]
    [InlineData("below:eval_AP5:0.5", "eval_AP50")]
    [InlineData("worse:binary_f", "binary_f1")]
    public void Parse_NamesTheNearestMetric_WhenTheMetricIsUnknown(string text, string nearest)
    {
        var error = Assert.Throws<FormatException>(() => FailRules.Parse([text]));

        Assert.EndsWith($"Did you mean {nearest}?", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Word.Worse, true)]
    [InlineData(Word.NotDistinguishable, false)]
    [InlineData(Word.Better, false)]
    [InlineData(null, false)]
    public void FindBroken_FindsWorse_OnlyWhenTheMetricIsWorse(Word? word, bool isBroken)
    {
        var report = Report(new ReportMetric("eval_mAP", 0.4, 0.5, -0.1, -0.2, -0.01, word));

        var broken = FailRules.Parse(["worse:eval_mAP"]).FindBroken(report);

        Assert.Equal(isBroken ? ["worse:eval_mAP: eval_mAP is 0.4, 0.1 below the baseline of 0.5."] : [], broken);
    }

    [Fact]
    public void FindBroken_FindsEachRule()
    {
        var report = Report(
            new ReportMetric("eval_mAP", 0.4, null, null, null, null, null),
            new ReportMetric("eval_AP50_a:b", 0.3, null, null, null, null, null),
            new ReportMetric("eval_AP50", null, null, null, null, null, null)
        );

        var broken = FailRules
            .Parse(["below:eval_mAP:0.4", "below:eval_AP50_a:b:0.31", "below:eval_AP50:0.6", "below:eval_AP50_a:c:0"])
            .FindBroken(report);

        Assert.Equal(
            [
                "below:eval_AP50_a:b:0.31: eval_AP50_a:b is 0.3; it must be at least 0.31.",
                "below:eval_AP50:0.6: the report has no value of eval_AP50; it must be at least 0.6.",
                "below:eval_AP50_a:c:0: the report has no value of eval_AP50_a:c; it must be at least 0. Did you mean eval_AP50_a:b?",
            ],
            broken
        );
    }

    [Theory]
    [InlineData("Failed")]
    [InlineData("Canceled")]
    public void FindBroken_BreaksEveryRule_WhenTheJobDidNotComplete(string status)
    {
        var report = Report() with { Status = status, Verdict = Verdict.Failed };

        Assert.Equal([$"The job is {status}; it must be Completed."], FailRules.Parse(["worse:eval_mAP"]).FindBroken(report));
        Assert.Empty(FailRules.Parse([]).FindBroken(report));
    }

    [Fact]
    public void FindBroken_FindsNothing_WhileTheJobRuns() =>
        Assert.Empty(FailRules.Parse(["below:eval_mAP:1"]).FindBroken(Report() with { Status = "Running", Verdict = null }));

    private static ReportFile Report(params ReportMetric[] metrics) =>
        new(1, "demo", null, "job", "Completed", null, null, null, null, Verdict.NoBaseline, metrics, [], null, null, null, []);
}
