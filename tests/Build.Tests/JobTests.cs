using System.Text.Json.Nodes;
using Build.Tests.Doubles;
using Fixtures;
using Fixtures.Services;

namespace Build.Tests;

/// <summary>The targets about a job that exists: Follow, Fetch and Cancel.</summary>
public sealed class JobTests : IDisposable
{
    private const string Error = """{"error":{"code":"UserError","message":"Out of memory."}}""";
    private const string Log = "user_logs/std_log.txt";
    private static readonly string Artifacts = $"/artifact/v2.0{FakeService.WorkspaceId}/artifacts/ExperimentRun/dcid.job";
    private static readonly string Tracking = $"/mlflow/v1.0{FakeService.WorkspaceId}/api/2.0/mlflow";

    private readonly HostConsole host = new();

    public JobTests()
    {
        host.Service.On("GET", $"{FakeService.WorkspaceId}/jobs/job", Job("Running"));
        host.Service.On("GET", $"/logs/{Log}", _ => FakeService.Json(200, "step 1/2\nstep 2/2\n")(null!));
        host.Service.On(
            "GET",
            $"{Tracking}/runs/get",
            FakeService.Json(
                200,
                """
                {"run":{"info":{"run_id":"job"},"data":{"tags":[],"metrics":[
                 {"key":"train_loss","value":0.5,"timestamp":1,"step":2},
                 {"key":"eval_mAP","value":0.25,"timestamp":1,"step":2},
                 {"key":"binary_f1","value":1,"timestamp":1,"step":2}]}}}
                """
            )
        );
        host.Service.On("GET", $"{Tracking}/metrics/get-history", FakeService.Json(200, """{"metrics":[]}"""));
        host.Service.On("GET", Artifacts, FakeService.Json(200, """{"value":[{"path":"outputs/final_model/model.pth"}]}"""));
        host.Service.On("GET", $"{Artifacts}/content", FakeService.Json(200, "the model"));
    }

    public void Dispose() => host.Dispose();

    [Fact]
    public void Follow_StreamsTheLogAndListsTheMetrics_WhenTheJobCompletes()
    {
        Answer("Queued", "Running", "Completed");

        ExpectedText.Check("follow-completed", host.Run("--target=Follow", "--job=job"));
        Assert.Contains(
            "\"status\": \"Completed\"",
            File.ReadAllText(Path.Combine(host.Root, "artifacts/outcome.json")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Follow_KeepsTheOutcome_WhenAMetricIsNoNumber()
    {
        Answer("Completed");
        host.Service.On(
            "GET",
            $"{Tracking}/runs/get",
            FakeService.Json(
                200,
                """
                {"run":{"data":{"metrics":[{"key":"eval_mAP","value":"NaN","timestamp":1,"step":2},
                 {"key":"train_loss","value":"Infinity","timestamp":1,"step":2}]}}}
                """
            )
        );

        var output = host.Run("--target=Follow", "--job=job");

        Assert.StartsWith("exit code 0", output, StringComparison.Ordinal);
        var metrics = JsonNode.Parse(File.ReadAllText(Path.Combine(host.Root, "artifacts/outcome.json")))!["metrics"]!;
        Assert.Equal(("NaN", "Infinity"), ((string?)metrics["eval_mAP"], (string?)metrics["train_loss"]));
        // And it can be read.
        Assert.StartsWith("exit code 0", host.Run("--target=Follow", "--job=job"), StringComparison.Ordinal);
    }

    [Fact]
    public void Follow_ReportsTheOutcomeOnRecord_WhenTheJobCompletedBefore()
    {
        Answer("Completed");
        host.Run("--target=Follow", "--job=job");
        host.Service.Sent.Clear();

        ExpectedText.Check("follow-again", host.Run("--target=Follow", "--job=job"));
        Assert.DoesNotContain(host.Service.Sent, request => request.Uri.AbsolutePath.StartsWith("/artifact/", StringComparison.Ordinal));
    }

    [Fact]
    public void Follow_Fails_WhenTheJobFailed()
    {
        Answer("Failed");

        ExpectedText.Check("follow-failed", host.Run("--target=Follow", "--job=job"));
    }

    [Theory]
    [InlineData("Follow", "step 1/2\nerror: there is no space left\n\n", "error: there is no space left")]
    [InlineData("Follow", "error: a.png cannot be read\nKilled\n", "error: a.png cannot be read")]
    [InlineData("Follow", "10 %\r20 %\rMemoryError", "MemoryError")]
    [InlineData("Fetch", "step 1/2\nerror: there is no space left\n", "error: there is no space left")]
    public void Outcome_SaysWhatAFailedJobSaidAtItsEnd(string target, string log, string words)
    {
        Answer("Failed");
        AnswerLog(log);

        var output = host.Run($"--target={target}", "--job=job");

        if (target == "Follow")
        {
            Assert.Contains(
                $"Error: Job job is Failed; it must be Completed. UserError: Out of memory. Its log ends with: {words}. Its log is in",
                output,
                StringComparison.Ordinal
            );
        }

        var outcome = JsonNode.Parse(File.ReadAllText(Path.Combine(host.Root, "artifacts/job/outcome.json")))!;
        Assert.Equal($"UserError: Out of memory. Its log ends with: {words}", (string?)outcome["reason"]);
    }

    [Fact]
    public void Outcome_HasTheEndOfALongLineOfALongLog_WhenTheJobFailed()
    {
        Answer("Failed");
        AnswerLog($"error: an old one\n{new string('-', 70_000)}\n{new string('x', 600)}\n");

        host.Run("--target=Fetch", "--job=job");

        var outcome = JsonNode.Parse(File.ReadAllText(Path.Combine(host.Root, "artifacts/job/outcome.json")))!;
        Assert.Equal($"UserError: Out of memory. Its log ends with: {new string('x', 500)}…", (string?)outcome["reason"]);
    }

    [Fact]
    public void Follow_NamesTheJob_WhenItDoesNotExist() => ExpectedText.Check("follow-missing", host.Run("--target=Follow", "--job=other"));

    [Fact]
    public void Fetch_ListsTheFiles()
    {
        Answer("Running");

        ExpectedText.Check("fetch", host.Run("--target=Fetch", "--job=job", "--to=fetched"));
        Assert.True(File.Exists(Path.Combine(host.Root, "fetched/outputs/final_model/model.pth")));
    }

    [Fact]
    public void Fetch_WritesNoOutcome_WhileTheJobRuns()
    {
        Answer("Running");

        host.Run("--target=Fetch", "--job=job");

        Assert.False(File.Exists(Path.Combine(host.Root, "artifacts/job/outcome.json")));
    }

    [Fact]
    public void Fetch_LeavesTheOutcomeOfFollow_AndFollowReplacesThatOfFetch()
    {
        var record = Path.Combine(host.Root, "artifacts/job/outcome.json");
        Answer("Completed");

        host.Run("--target=Fetch", "--job=job");
        var fetched = File.ReadAllText(record);
        host.Run("--target=Follow", "--job=job");
        var followed = File.ReadAllText(record);
        host.Run("--target=Fetch", "--job=job");

        Assert.Equal("Completed", (string?)JsonNode.Parse(fetched)!["status"]);
        Assert.DoesNotMatch("\"(cost|noCostReason)\"", fetched);
        Assert.Matches("\"(cost|noCostReason)\"", followed);
        Assert.Equal(followed, File.ReadAllText(record));
    }

    [Fact]
    public void Fetch_Succeeds_WhenTheJobWaitsForANodeAndHasNoMetricsYet()
    {
        Answer("Queued");
        host.Service.On(
            "GET",
            $"{Tracking}/runs/get",
            FakeService.Json(404, """{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"none"}""")
        );

        Assert.StartsWith("exit code 0", host.Run("--target=Fetch", "--job=job"), StringComparison.Ordinal);
    }

    [Fact]
    public void Fetch_SavesWhatItCan_AndNamesTheRest()
    {
        Answer("Completed");
        host.Service.On(
            "GET",
            Artifacts,
            FakeService.Json(200, """{"value":[{"path":"outputs/a:b.txt"},{"path":"outputs/fine.txt"},{"path":"../../outside"}]}""")
        );

        ExpectedText.Check("fetch-renamed", host.Run("--target=Fetch", "--job=job", "--to=fetched"));
        Assert.True(File.Exists(Path.Combine(host.Root, "fetched/outputs/a_b.txt")));
        Assert.True(File.Exists(Path.Combine(host.Root, "fetched/outputs/fine.txt")));
    }

    [Fact]
    public void Cancel_WaitsUntilTheJobHasEnded()
    {
        host.Service.On("POST", $"{FakeService.WorkspaceId}/jobs/job/cancel", FakeService.Json(200, "{}"));
        host.Service.OnEach("GET", $"{FakeService.WorkspaceId}/jobs/job", Job("Running"), Job("CancelRequested"), Job("Canceled"));
        Answer("Running", "CancelRequested", "Canceled");

        ExpectedText.Check("cancel", host.Run("--target=Cancel", "--job=job"));
    }

    private static Func<SentRequest, HttpResponseMessage> Job(string status) =>
        FakeService.Json(
            200,
            $$"""
            {"id":"{{FakeService.WorkspaceId}}/jobs/job","name":"job",
             "properties":{"jobType":"Command","experimentName":"demo","command":"x","environmentId":"e","status":"{{status}}"} }
            """
        );

    private void AnswerLog(string log)
    {
        host.Service.On("GET", $"/logs/{Log}", FakeService.Json(200, log));
        host.Service.On("GET", Artifacts, FakeService.Json(200, $$"""{"value":[{"path":"{{Log}}"}]}"""));
        host.Service.On("GET", $"{Artifacts}/content", FakeService.Json(200, log));
    }

    private void Answer(params string[] statuses) =>
        host.Service.OnEach(
            "GET",
            FakeService.RunPath("job"),
            [
                .. statuses.Select(status =>
                    FakeService.Json(
                        200,
                        $$$"""
                        {"runId":"job","status":"{{{status}}}","startTimeUtc":"2026-01-02T03:04:05Z","endTimeUtc":"2026-01-02T03:05:15Z",
                         "error":{{{(status == "Failed" ? Error : "null")}}},
                         "tags":{"train_set":"train.csv","mlflow.user":"x"},
                         "logFiles":{"{{{Log}}}":"https://localhost:1/logs/{{{Log}}}"}}
                        """
                    )
                ),
            ]
        );
}
