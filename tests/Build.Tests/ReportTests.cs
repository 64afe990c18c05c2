using Build.Tests.Doubles;
using Experiments.Records;
using Fixtures;
using Fixtures.Services;

namespace Build.Tests;

/// <summary>The target Report: its input, its baseline, and its failures.</summary>
public sealed class ReportTests : IDisposable
{
    private static readonly string Jobs = $"{FakeService.WorkspaceId}/jobs";
    private static readonly string Tracking = $"/mlflow/v1.0{FakeService.WorkspaceId}/api/2.0/mlflow/runs/get";

    private readonly HostConsole host = new();

    public ReportTests()
    {
        WriteRun("run", 0.4);
        host.Write(
            "artifacts/outcome.json",
            """
            {"status": "Completed", "job": "run", "experiment": "demo", "reason": null, "metrics": {"eval_mAP": 0.4, "eval_AP50": 0.5},
             "tags": {"git_commit": "4b825dc642cb6eb9a060e54bf8d69288fbee4904"}, "datasets": {"train": "a", "test": "b"},
             "artifacts": "artifacts/run", "started": "2026-01-02T03:04:05Z", "ended": "2026-01-02T03:05:15Z"}
            """
        );
        File.Copy(Path.Combine(host.Root, "artifacts/outcome.json"), Path.Combine(host.Root, "artifacts/run/outcome.json"));
        host.Processes.On($"{host.Root}/.venv/bin/python -m detection compare", () =>
        {
            host.Write(
                "artifacts/run/comparison.json",
                """
                {"paired": true, "reason": null, "images": 60, "resamples": 2000, "seed": 0, "metrics": {"eval_mAP":
                 {"value": 0.4, "baseline": 0.5, "difference": -0.1, "low": -0.2, "high": -0.01, "word": "worse"}}}
                """
            );
            return 0;
        });
        host.Service.On("GET", Jobs, FakeService.Json(200, """{"value": []}"""));
    }

    public void Dispose() => host.Dispose();

    [Fact]
    public void Report_PrintsTheVerdict_WhenTheBaselineIsAFolder()
    {
        WriteRun("before", 0.5);

        ExpectedText.Check("report", host.Run("--target=Report", "--baseline=artifacts/before"));
        Assert.Empty(host.Service.Sent);
        Assert.Contains("\"verdict\": \"worse\"", Read("report.json"), StringComparison.Ordinal);
        Assert.Contains("\"source\": \"file\"", Read("report.json"), StringComparison.Ordinal);
        Assert.StartsWith("### demo: worse", Read("comment.md"), StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>", Read("report.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_ComparesWithTheNewestCleanCompletedRunOfMain()
    {
        var listed = string.Join(
            ",",
            Job("run", "Completed", "demo", "main"),
            Job("running", "Running", "demo", "main"),
            Job("failed", "Failed", "demo", "main"),
            Job("changed", "Completed", "demo", "main", dirty: "True"),
            Job("elsewhere", "Completed", "demo", "topic"),
            Job("other", "Completed", "pothole", "main"),
            Job("newest", "Completed", "demo", "main"),
            Job("older", "Completed", "demo", "main")
        );
        host.Service.On("GET", Jobs, FakeService.Json(200, $$"""{"value": [{{listed}}]}"""));
        AnswerJob(
            "newest",
            "Completed",
            """["outputs/predictions.json","outputs/final_model/model.pth","outputs/final_model/metrics.json"]"""
        );

        host.Run("--target=Report");

        Assert.Contains("\"job\": \"newest\"", Read("report.json"), StringComparison.Ordinal);
        Assert.Contains("\"source\": \"main\"", Read("report.json"), StringComparison.Ordinal);
        Assert.Equal(
            ["?path=outputs%2Ffinal_model%2Fmetrics.json", "?path=outputs%2Fpredictions.json"],
            host.Service.Sent.Where(request => request.Uri.AbsolutePath.EndsWith("/content", StringComparison.Ordinal))
                .Select(request => request.Uri.Query)
                .Order()
        );
    }

    [Fact]
    public void Report_SaysThatThereIsNoBaseline_WhenNoRunOfMainCompleted()
    {
        ExpectedText.Check("report-no-baseline", host.Run("--target=Report"));
    }

    [Fact]
    public void Report_ComparesWithNothing_WhenNoBaselineIsAskedFor()
    {
        var output = host.Run("--target=Report", "--baseline=none");

        Assert.Contains("  --baseline=none asks for none." + Environment.NewLine, output, StringComparison.Ordinal);
        Assert.StartsWith("exit code 0", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("below:eval_mAP:0.9 below:eval_AP50_red blood cell:0.6 \t below:binary_f1:0.95", 3)]
    [InlineData("below:eval_AP50_red blood cell:0.6", 1)]
    public void Report_ReadsSeveralRulesFromOneText(string text, int rules)
    {
        var output = host.Run("--target=Report", "--baseline=none", $"--fail-on={text}");

        Assert.Equal(rules, output.Split("; it must be at least").Length - 1);
    }

    [Fact]
    public void Report_NamesTheWrongOneOfSeveralRules()
    {
        Assert.Contains(
            "--fail-on is \"worse:eval_map\"; it must be",
            host.Run("--target=Report", "--fail-on=worse:eval_mAP worse:eval_map"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Report_Fails_WhenARuleIsBroken()
    {
        ExpectedText.Check("report-rules", host.Run("--target=Report", "--fail-on=worse:eval_mAP", "--fail-on=below:eval_AP50:0.6"));
        Assert.Contains("\"verdict\": \"noBaseline\"", Read("report.json"), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_NamesTheNearestMetric_WhenARuleNamesNone()
    {
        var output = host.Run("--target=Report", "--fail-on=worse:eval_map");

        Assert.Contains(
            "--fail-on is \"worse:eval_map\"; it must be worse:METRIC or below:METRIC:NUMBER",
            output,
            StringComparison.Ordinal
        );
        Assert.Contains("Did you mean eval_mAP?", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_SaysWhyTheJobsAreNotPaired_WhenTheComparisonFails()
    {
        WriteRun("before", 0.5);
        host.Processes.On($"{host.Root}/.venv/bin/python -m detection compare", () => 1, "error: broken");

        var output = host.Run("--target=Report", "--baseline=artifacts/before");

        Assert.Contains("demo: not paired", output, StringComparison.Ordinal);
        Assert.Contains("the comparison exited with code 1: error: broken.", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_ShowsProgress_WhileTheJobRuns()
    {
        AnswerJob("running", "Running", "[]");
        host.Service.On(
            "GET",
            Tracking,
            FakeService.Json(
                200,
                """
                {"run":{"info":{"run_id":"running"},"data":{"metrics":[{"key":"train_loss","value":0.5,"timestamp":1767323105000,"step":20}]}}}
                """
            )
        );

        // 20 of 100 steps in the 60 s since the start.
        ExpectedText.Check("report-running", host.Run("--target=Report", "--job=running", "--fail-on=worse:eval_mAP"));
        Assert.Contains("\"etaSeconds\": 240", Read("report.json"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BUILD_SOURCEVERSION", "BUILD_SOURCEBRANCH", "refs/heads/main", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "main")]
    [InlineData("GITHUB_SHA", "GITHUB_REF", "refs/heads/a/b", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "a/b")]
    [InlineData("GITHUB_SHA", "GITHUB_REF", "refs/pull/7/merge", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", null)]
    [InlineData("GITHUB_SHA", "GITHUB_REF", "refs/heads/main", "0000000000000000000000000000000000000000", null)]
    public void PlanExperiment_TakesTheBranchOfThePipeline_OnlyForTheCommitThatItChecksOut(
        string commitVariable,
        string branchVariable,
        string branch,
        string commit,
        string? expected
    )
    {
        host.WriteDataset();
        host.Processes.On("git symbolic-ref", () => 1);
        host.Environment.Variables[commitVariable] = commit;
        host.Environment.Variables[branchVariable] = branch;

        host.Run("--target=Plan-Experiment", "--exclusive");

        var folder = Directory.EnumerateDirectories(Path.Combine(host.Root, "artifacts"), "demo-*").Single();
        Assert.Equal(expected, PlanFile.Read(Path.Combine(folder, "plan.json")).Passport.Git!.Branch);
    }

    private static string Job(string name, string status, string experiment, string branch, string dirty = "False") =>
        $$$"""
            {"id":"{{{Jobs}}}/{{{name}}}","name":"{{{name}}}","properties":{"jobType":"Command","experimentName":"{{{experiment}}}","command":"x",
             "environmentId":"e","status":"{{{status}}}","properties":{"azureml.git.branch":"{{{branch}}}","azureml.git.dirty":"{{{dirty}}}"} } }
            """;

    private string Read(string file) => File.ReadAllText(Path.Combine(host.Root, "artifacts", file));

    private void WriteRun(string job, double map)
    {
        var outputs = $"artifacts/{job}/outputs";
        host.Write(
            $"{outputs}/final_model/metrics.json",
            $$"""{"eval_mAP": {{map}}, "eval_AP50": 0.5, "binary_f1": 0.9, "binary_tp": 4}"""
        );
        host.Write(
            $"{outputs}/final_model/exp_config.json",
            """{"EXP_NAME": "demo", "COMPUTE": {"VM_SIZE": "Standard_NC4as_T4_v3", "PRIORITY": "Dedicated"}}"""
        );
    }

    private void AnswerJob(string name, string status, string paths)
    {
        var container = $"/artifact/v2.0{FakeService.WorkspaceId}/artifacts/ExperimentRun/dcid.{name}";
        host.Service.On("GET", $"{Jobs}/{name}", FakeService.Json(200, Job(name, status, "demo", "main")));
        host.Service.On(
            "GET",
            FakeService.RunPath(name),
            FakeService.Json(
                200,
                $$$"""{"runId":"{{{name}}}","status":"{{{status}}}","startTimeUtc":"2026-01-02T03:04:05Z","tags":{"steps":"100"},"logFiles":{}}"""
            )
        );
        host.Service.On("GET", Tracking, FakeService.Json(200, """{"run":{"info":{"run_id":"x"},"data":{}}}"""));
        var listed = string.Join(
            ",",
            System.Text.Json.JsonSerializer.Deserialize<string[]>(paths)!.Select(path => $$"""{"path":"{{path}}"}""")
        );
        host.Service.On("GET", container, FakeService.Json(200, $$"""{"value":[{{listed}}]}"""));
        host.Service.On("GET", $"{container}/content", FakeService.Json(200, "{}"));
    }
}
