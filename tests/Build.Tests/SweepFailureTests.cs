using System.Text.Json.Nodes;
using Build.Tests.Doubles;
using Fixtures.Services;

namespace Build.Tests;

/// <summary>The outcome of sweeps whose trials fail, are cancelled, or log no number.</summary>
public sealed class SweepFailureTests : IDisposable
{
    private const string Log = "user_logs/std_log.txt";
    private const string Reason = "The command exited with code 3.";
    private static readonly string Jobs = $"{FakeService.WorkspaceId}/jobs";

    private readonly HostConsole host = new();

    public void Dispose() => host.Dispose();

    private void Answer(string path, string body) => host.Service.On("GET", path, FakeService.Json(200, body));

    // A sweep that maximizes its metric. A value is JSON; without one the trial logged none.
    private void Answer(string status, params (string Status, string? Value)[] trials) => Answer(status, policy: null, trials);

    private void Answer(string status, string? policy, params (string Status, string? Value)[] trials)
    {
        Answer(
            $"{Jobs}/sweep",
            $$"""
            {"id":"{{Jobs}}/sweep","name":"sweep","properties":{"jobType":"Sweep","experimentName":"demo","status":"{{status}}",
             "objective":{"goal":"Maximize","primaryMetric":"eval_mAP"},"samplingAlgorithm":{"samplingAlgorithmType":"Grid"},
             "limits":{"jobLimitsType":"Sweep","maxTotalTrials":{{trials.Length}}},"searchSpace":{"RUN_PARAMS__SEED":["choice",[[1,2]]]},
             "earlyTermination":{{policy ?? "null"}},"trial":{"command":"x","environmentId":"e"} } }
            """
        );
        Answer(FakeService.RunPath("sweep"), Run("sweep", status));
        Answer(
            $"/history/v1.0{FakeService.WorkspaceId}/runs/sweep/children",
            $$"""{"value":[{{string.Join(',', trials.Select((trial, number) => Run($"sweep_{number}", trial.Status)))}}]}"""
        );
        for (var number = 0; number < trials.Length; number++)
        {
            Answer(FakeService.RunPath($"sweep_{number}"), Run($"sweep_{number}", trials[number].Status));
            Answer($"/artifact/v2.0{FakeService.WorkspaceId}/artifacts/ExperimentRun/dcid.sweep_{number}", """{"value":[]}""");
        }

        host.Service.On("GET", $"/mlflow/v1.0{FakeService.WorkspaceId}/api/2.0/mlflow/runs/get", request =>
        {
            var value = trials[request.Uri.Query[^1] - '0'].Value;
            return FakeService.Json(
                200,
                value is null
                    ? """{"run":{"data":{"metrics":[]}}}"""
                    : $$"""{"run":{"data":{"metrics":[{"key":"eval_mAP","value":{{value}},"timestamp":1700000000000,"step":40}]} } }"""
            )(request);
        });
    }

    private static string Run(string name, string status) =>
        $$"""
            {"runId":"{{name}}","status":"{{status}}","startTimeUtc":"2026-01-02T03:00:00Z","endTimeUtc":"2026-01-02T03:30:00Z","tags":{},
             "error":{{(status == "Failed" ? $$$"""{"error":{"code":"UserError","message":"{{{Reason}}}"}}""" : "null")}} }
            """;

    private JsonNode Outcome => JsonNode.Parse(File.ReadAllText(Path.Combine(host.Root, "artifacts/outcome.json")))!;

    [Fact]
    public void Follow_NamesTheTrialThatFailed_AndSucceeds_WhenAnotherCompleted()
    {
        Answer("Completed", ("Failed", null), ("Completed", "0.5"));

        var output = host.Run("--target=Follow", "--job=sweep");

        Assert.StartsWith("exit code 0", output, StringComparison.Ordinal);
        Assert.Contains($"  failed     sweep_0: UserError: {Reason}\n", output, StringComparison.Ordinal);
        Assert.Equal("sweep_1", (string?)Outcome["bestTrial"]);
    }

    [Theory]
    [InlineData("step 1/2\nerror: the loss of step 2 is nan\n\n", "error: the loss of step 2 is nan")]
    [InlineData("error: image a.png cannot be read\nKilled\n", "error: image a.png cannot be read")]
    [InlineData("Traceback (most recent call last):\nMemoryError\n", "MemoryError")]
    public void Follow_SaysWhatAFailedTrialSaidAtItsEnd(string log, string words)
    {
        Answer("Completed", ("Failed", null), ("Completed", "0.5"));
        Answer(
            FakeService.RunPath("sweep_0"),
            Run("sweep_0", "Failed")
                .Replace("\"tags\"", $"\"logFiles\":{{\"{Log}\":\"https://localhost:1/logs/{Log}\"}},\"tags\"", StringComparison.Ordinal)
        );
        Answer($"/logs/{Log}", log);

        var output = host.Run("--target=Follow", "--job=sweep");

        Assert.StartsWith("exit code 0", output, StringComparison.Ordinal);
        Assert.Contains($"  failed     sweep_0: UserError: {Reason} Its log ends with: {words}\n", output, StringComparison.Ordinal);
        Assert.Equal($"UserError: {Reason} Its log ends with: {words}", (string?)Outcome["trials"]![0]!["reason"]);
    }

    [Fact]
    public void Follow_Fails_AndNamesTheLogOfATrial_WhenEveryTrialFailed()
    {
        Answer("Failed", ("Failed", null), ("Failed", null));

        var output = host.Run("--target=Follow", "--job=sweep");

        Assert.StartsWith("exit code -1", output, StringComparison.Ordinal);
        Assert.Contains("Job sweep is Failed; it must be Completed.", output, StringComparison.Ordinal);
        Assert.Contains("The log of a trial: dotnet cake --target=Fetch --job=sweep_0.", output, StringComparison.Ordinal);
        // Nothing was downloaded.
        Assert.DoesNotContain("user_logs", output, StringComparison.Ordinal);
        Assert.DoesNotContain("  artifacts ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("\"NaN\"")]
    [InlineData("\"Infinity\"")]
    [InlineData("\"-Infinity\"")]
    [InlineData("-1")]
    public void Follow_Fails_WhenNoTrialCompletedWithAMeasuredValue(string? value)
    {
        Answer("Completed", ("Completed", value), ("Completed", value));

        var output = host.Run("--target=Follow", "--job=sweep");

        Assert.StartsWith("exit code -1", output, StringComparison.Ordinal);
        Assert.Contains(
            "Sweep sweep is Completed, and none of its 2 trials completed with a finite value of eval_mAP other than -1, which means "
                + "that there was nothing to measure; one of them must, because its model is that of the sweep. "
                + "The log of a trial: dotnet cake --target=Fetch --job=sweep_0. "
                + "dotnet cake --target=Train --rerun submits it again.",
            output,
            StringComparison.Ordinal
        );
        Assert.Null(Outcome["bestTrial"]);
        // And again from the record.
        Assert.StartsWith("exit code -1", host.Run("--target=Follow", "--job=sweep"), StringComparison.Ordinal);
    }

    [Fact]
    public void Follow_ChoosesAFiniteValue_WhenAnotherTrialHasAnInfiniteOne()
    {
        Answer("Completed", ("Completed", "\"Infinity\""), ("Completed", "0.25"), ("Completed", "\"NaN\""), ("Completed", "-1"));

        var output = host.Run("--target=Follow", "--job=sweep");

        Assert.StartsWith("exit code 0", output, StringComparison.Ordinal);
        Assert.Equal("sweep_1", (string?)Outcome["bestTrial"]);
        Assert.Equal([null, 0.25, null, null], Outcome["trials"]!.AsArray().Select(trial => (double?)trial!["metric"]));
    }

    [Fact]
    public void Follow_CallsATrialCancelled_WhenTheSweepHasNoPolicy()
    {
        Answer("Completed", ("Canceled", "0.1"), ("Completed", "0.5"));

        var output = host.Run("--target=Follow", "--job=sweep");

        Assert.DoesNotContain("ended early", output, StringComparison.Ordinal);
        Assert.Equal([false, false], Outcome["trials"]!.AsArray().Select(trial => (bool)trial!["isEndedEarly"]!));
    }

    [Fact]
    public void Follow_CallsATrialEndedEarly_WhenAPolicyHadAValueToDecideBy()
    {
        Answer("Completed", """{"policyType":"MedianStopping"}""", ("Canceled", "0.1"), ("Canceled", null), ("Completed", "0.5"));

        host.Run("--target=Follow", "--job=sweep");

        Assert.Equal([true, false, false], Outcome["trials"]!.AsArray().Select(trial => (bool)trial!["isEndedEarly"]!));
    }

    [Fact]
    public void Fetch_TakesTheBestTrialsArtifacts_AndWritesTheTrials_WhenTheJobIsASweep()
    {
        Answer("Completed", ("Completed", "0.25"), ("Completed", "0.5"), ("Failed", null));
        var artifacts = $"/artifact/v2.0{FakeService.WorkspaceId}/artifacts/ExperimentRun/dcid.sweep_1";
        Answer(artifacts, """{"value":[{"path":"outputs/final_model/model.pth"},{"path":"outcome.json"}]}""");
        host.Service.On("GET", $"{artifacts}/content", FakeService.Json(200, "from the job"));

        var output = host.Run("--target=Fetch", "--job=sweep", "--to=fetched");

        Assert.StartsWith("exit code 0", output, StringComparison.Ordinal);
        Assert.Contains("Job          sweep: Completed; the best trial is sweep_1\n", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(host.Root, "fetched/outputs/final_model/model.pth")));
        var outcome = JsonNode.Parse(File.ReadAllText(Path.Combine(host.Root, "fetched/outcome.json")))!;
        Assert.Equal(
            ("sweep_1", "eval_mAP", 3),
            ((string?)outcome["bestTrial"], (string?)outcome["sweepMetric"], outcome["trials"]!.AsArray().Count)
        );
    }
}
