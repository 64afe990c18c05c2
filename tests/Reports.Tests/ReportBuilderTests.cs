using Experiments.Records;
using Reports.Building;
using Reports.Pages;
using Reports.Reading;
using Reports.Records;
using Reports.Texts;

namespace Reports.Tests;

public sealed class ReportBuilderTests : IDisposable
{
    private readonly SampleRun sample = new();

    public void Dispose() => sample.Dispose();

    [Fact]
    public void Build_GivesTheRecordOfTheContract()
    {
        var input = sample.Input();

        ReportWriter.Write(sample.Output, input, ReportBuilder.Build(input));

        ExpectedText.Check("report.json", File.ReadAllText(Path.Combine(sample.Output, "report.json")));
        var read = RecordFile.Read<ReportFile>(Path.Combine(sample.Output, "report.json"), "");
        Assert.Equal((Verdict.Worse, BaselineSource.Main, Word.Worse), (read.Verdict, read.Baseline?.Source, read.Metrics[0].Word));
    }

    [Fact]
    public void Build_ReturnsNoBaseline_WhenThereIsNone()
    {
        var report = ReportBuilder.Build(sample.Input() with { Baseline = null, Comparison = null, NoBaselineReason = "no run on main" });

        Assert.Equal((Verdict.NoBaseline, "no run on main"), (report.Verdict, report.UnpairedReason));
        Assert.All(report.Metrics, metric => Assert.Null(metric.Baseline));
        Assert.Empty(report.Changes);
    }

    [Fact]
    public void Build_LeavesOutTheDifferences_WhenTheRunsAreNotPaired()
    {
        var report = ReportBuilder.Build(sample.Input() with { Comparison = Comparison.Unpaired("the test sets differ") });

        Assert.Equal((Verdict.NotPaired, "the test sets differ"), (report.Verdict, report.UnpairedReason));
        var metric = report.Metrics[0];
        Assert.Equal(("eval_mAP", 0.25, 0.4), (metric.Name, metric.Value, metric.Baseline));
        Assert.All(report.Metrics, other => Assert.Null(other.Difference));
    }

    [Theory]
    [InlineData("Failed")]
    [InlineData("Canceled")]
    public void Build_ReturnsFailed_WhenTheJobDidNotComplete(string status)
    {
        var input = sample.Input();

        Assert.Equal(
            Verdict.Failed,
            ReportBuilder.Build(input with { Run = input.Run with { Status = status }, Comparison = null }).Verdict
        );
    }

    [Fact]
    public void Build_ReturnsFailed_WhenNoTrialOfASweepHasAValue()
    {
        var input = sample.Input();
        var run = input.Run with { Sweep = SampleRun.Sweep() with { Best = null } };

        var report = ReportBuilder.Build(input with { Run = run, Baseline = null, Comparison = null });

        Assert.Equal(("Completed", Verdict.Failed), (report.Status, report.Verdict));
        Assert.Equal("No trial of the sweep completed with a value of its metric.", Words.Sentence(report));
        Assert.Equal(
            "No trial of the sweep completed with a value of its metric; one must.",
            Assert.Single(FailRules.Parse(["worse:eval_mAP"]).FindBroken(report))
        );
    }

    [Fact]
    public void Build_EstimatesTheRemainingTime_WhenTheJobRuns()
    {
        sample.Write("outputs/final_model/exp_config.json", """{"RUN_PARAMS": {"STEPS": 100}}""");

        var report = ReportBuilder.Build(new ReportInput(SampleRun.Facts("demo-2", sample.Current, "Running")));

        Assert.Null(report.Verdict);
        // 60 of 100 steps, each in half a second.
        Assert.Equal(new ReportProgress(60, 100, 20), report.Progress);
    }

    [Fact]
    public void Build_TakesTheProgressOfTheWorkspace_WhenThereAreNoArtifactsYet()
    {
        var facts = SampleRun.Facts("demo-2", Path.Combine(sample.Output, "missing"), "Running") with
        {
            Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["steps"] = "40" },
        };

        var report = ReportBuilder.Build(new ReportInput(facts) { LoggedStep = (10, facts.Started!.Value.AddSeconds(30)) });

        Assert.Equal(new ReportProgress(10, 40, 90), report.Progress);
    }

    [Theory]
    [InlineData(
        "outputs/evaluation.json",
        "{\"classes\": [\"a\"], \"confusion\": [[1]], \"precisionRecall\": null, \"worstImages\": [null]}"
    )]
    [InlineData("outputs/evaluation.json", "[]")]
    [InlineData("outputs/evaluation.json", "{\"classes\": 5}")]
    [InlineData("outputs/evaluation.json", "{\"worstImages\": [{\"fileName\": \"x\", \"picture\": \"../../secret.png\"}]}")]
    [InlineData("outputs/final_model/exp_config.json", "{\"COMPUTE\": \"x\", \"RUN_PARAMS\": [1]}")]
    [InlineData("outputs/final_model/exp_config.json", "{\"A\": 1, \"A\": 2}")]
    [InlineData("outputs/final_model/metrics.json", "{\"eval_mAP\": \"high\", \"eval_AP50\": null}")]
    [InlineData("outputs/final_model/metrics.json", "{\"eval_mAP\": 1e999, \"eval_AP50\": -1e999, \"binary_tp\": 1e999}")]
    [InlineData(
        "outputs/evaluation.json",
        "{\"evalConf\": 1e999, \"iou\": 1e999, \"classes\": [\"a\"], \"precisionRecall\": [{\"name\": \"a\", \"ap50\": 1e999, "
            + "\"precision\": [1e999, 1, 0]}]}"
    )]
    [InlineData("outputs/final_model/passport.json", "{\"git\": 7, \"datasetHash\": {}}")]
    [InlineData("outputs/final_model/passport.json", "{\"git\": {\"commit\": \"\\ud800\"}}")]
    [InlineData("outputs/final_model/passport.json", "{\"\\ud800\": 1}")]
    [InlineData("outputs/final_model/exp_config.json", "{\"DESCRIPTION\": \"\\udfff\", \"EXP_NAME\": [\"\\ud800\"]}")]
    [InlineData("outputs/final_model/exp_config.json", "{\"RUN_PARAMS\": {\"\\ud800\": 1}}")]
    [InlineData("outputs/final_model/metrics.json", "{\"\\ud800\": 1}")]
    [InlineData("outputs/final_model/metrics.json", "{\"intervals\": {\"metrics\": {\"\\ud800\": {\"low\": 0, \"high\": 1}}}}")]
    [InlineData(
        "outputs/evaluation.json",
        "{\"classes\": [\"\\ud800\"], \"worstImages\": [{\"fileName\": \"\\ud800\", \"picture\": \"\\ud800\"}]}"
    )]
    [InlineData("outputs/metrics.jsonl", "{\"step\": 1, \"\\ud800\": 2}\n{\"step\": 2, \"train_loss\": \"\\ud800\"}")]
    [InlineData("outputs/metrics.jsonl", "{\"step\": 1e400}\n{\"step\": -1}\nNaN\n[]\n{\"step\": 1, \"time\": \"x\", \"train_loss\": NaN}")]
    [InlineData("outputs/worst/worst_1.png", "<svg onload=alert(1)>")]
    public void Write_WritesTheReport_WhenAJobDamagedAFile(string path, string text)
    {
        sample.Write(path, text);
        var input = sample.Input();

        ReportWriter.Write(sample.Output, input, ReportBuilder.Build(input));

        Assert.All(ReportWriter.Files, file => Assert.True(File.Exists(Path.Combine(sample.Output, file)), file));
        Assert.DoesNotContain("secret", File.ReadAllText(Path.Combine(sample.Output, "report.html")), StringComparison.Ordinal);
    }
}
