using System.Text.Json.Nodes;
using Build.Tests.Doubles;
using Fixtures.Services;

namespace Build.Tests;

/// <summary>The outcome of a sweep of which one trial lost its node twice.</summary>
public sealed class SweepOutcomeTests : IDisposable
{
    private static readonly string Jobs = $"{FakeService.WorkspaceId}/jobs";
    private static readonly string Mlflow = $"/mlflow/v1.0{FakeService.WorkspaceId}/api/2.0/mlflow";

    // Of each attempt of the trial.
    private static readonly string[] Logs =
    [
        "[1/7] read the datasets\nstep 10/40  loss 0.9\nerror: stopped by SIGTERM after step 12; its checkpoint is written.\n",
        "[1/7] read the datasets\nresuming from the checkpoint after step 12\nstep 20/40  loss 0.8\n",
        "[1/7] read the datasets\nresuming from the checkpoint after step 16\nstep 40/40  loss 0.5\n",
    ];

    private readonly HostConsole host = new();

    public SweepOutcomeTests()
    {
        var config = new JsonObject
        {
            ["COMPUTE"] = new JsonObject { ["VM_SIZE"] = "Standard_NC4as_T4_v3", ["PRIORITY"] = "LowPriority" },
        };
        Answer(
            $"{Jobs}/sweep",
            $$$"""
            {"id":"{{{Jobs}}}/sweep","name":"sweep","properties":{"jobType":"Sweep","experimentName":"demo","status":"Completed",
             "objective":{"goal":"Minimize","primaryMetric":"train_loss"},"samplingAlgorithm":{"samplingAlgorithmType":"Grid"},
             "limits":{"jobLimitsType":"Sweep","maxTotalTrials":2},"searchSpace":{"RUN_PARAMS__SEED":["choice",[[1,2]]]},
             "trial":{"command":"x","environmentId":"e","environmentVariables":{{{new JsonObject
            {
                ["EXP_CONFIG"] = config.ToJsonString(),
            }.ToJsonString()}}} } } }
            """
        );
        Answer(FakeService.RunPath("sweep"), Run("sweep", "{}"));
        Answer(
            $"/history/v1.0{FakeService.WorkspaceId}/runs/sweep/children",
            $$"""{"value":[{{Run("sweep_0", "{}")}},{{Run("sweep_1", "{}")}}]}"""
        );
        Answer(FakeService.RunPath("sweep_0"), Run("sweep_0", Files("std_log.txt")));
        Answer(FakeService.RunPath("sweep_1"), Run("sweep_1", Files("std_log_0.txt", "std_log_1.txt", "std_log.txt")));
        foreach (var (file, log) in new[] { "std_log_0.txt", "std_log_1.txt", "std_log.txt" }.Zip(Logs))
            Answer($"/sweep_1/{file}", log);
        host.Service.On("GET", $"{Mlflow}/runs/get", request => FakeService.Json(
                200,
                $$$"""
                {"run":{"data":{"metrics":[{"key":"train_loss","value":{{{(request.Uri.Query.EndsWith('1') ? 0.5 : 0.7)}}},
                 "timestamp":1700000000000,"step":40}]} } }
                """
            )(request));
        // In two pages: a step each second, and a minute more after each loss.
        host.Service.On("GET", $"{Mlflow}/metrics/get-history", request =>
            FakeService.Json(
                200,
                request.Uri.Query.Contains("page_token=2", StringComparison.Ordinal)
                    ? $$"""{"metrics":[{{Points(13, 40)}}]}"""
                    : $$"""{"metrics":[{{Points(1, 12)}}],"next_page_token":"2"}"""
            )(request)
        );
        foreach (var trial in new[] { "sweep_0", "sweep_1" })
            Answer($"/artifact/v2.0{FakeService.WorkspaceId}/artifacts/ExperimentRun/dcid.{trial}", """{"value":[]}""");
    }

    public void Dispose() => host.Dispose();

    private void Answer(string path, string body) => host.Service.On("GET", path, FakeService.Json(200, body));

    private static string Run(string name, string logs) =>
        $$"""
            {"runId":"{{name}}","status":"Completed","startTimeUtc":"2026-01-02T03:00:00Z","endTimeUtc":"2026-01-02T03:30:00Z","tags":{},
             "logFiles":{{logs}}}
            """;

    private static string Files(params string[] names) =>
        new JsonObject(
            names.Select(name => KeyValuePair.Create($"user_logs/{name}", (JsonNode?)$"https://localhost:1/sweep_1/{name}"))
        ).ToJsonString();

    private static string Points(int first, int last) =>
        string.Join(
            ',',
            from step in Enumerable.Range(first, last - first + 1)
            let seconds = 1_700_000_000 + step + (step > 12 ? 60 : 0) + (step > 20 ? 60 : 0)
            select $$"""{"key":"train_loss","value":1,"timestamp":{{seconds}}000,"step":"{{step}}"}"""
        );

    [Fact]
    public void Follow_ListsTheNodesThatTrialsLost_AndWhatTheyCost()
    {
        var output = host.Run("--target=Follow", "--job=sweep", "--node-price=0.6EUR");

        Assert.Contains(
            "  node lost  sweep_1, attempt 1: after step 12; resumed from the checkpoint after step 12, 0 steps lost, 61.0 s lost",
            output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "  node lost  sweep_1, attempt 2: after step 20; resumed from the checkpoint after step 16, 4 steps lost, 61.0 s lost",
            output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "  cost       0.60 EUR (60.0 min of 2 trials on 1 node Standard_NC4as_T4_v3 (LowPriority) at 0.6 EUR per hour, the price of "
                + "--node-price; of it at most 0.0203 EUR (2.0 min) for steps repeated after 2 lost nodes)",
            output,
            StringComparison.Ordinal
        );
        var outcome = JsonNode.Parse(File.ReadAllText(Path.Combine(host.Root, "artifacts/outcome.json")))!;
        Assert.Equal("sweep_1", (string?)outcome["bestTrial"]);
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse(
                    """
                    [{"stoppedAfter":12,"resumedAfter":12,"secondsLost":61,"trial":"sweep_1","attempt":1,"stepsLost":0},
                     {"stoppedAfter":20,"resumedAfter":16,"secondsLost":61,"trial":"sweep_1","attempt":2,"stepsLost":4}]
                    """
                ),
                outcome["interruptions"]
            ),
            outcome["interruptions"]!.ToJsonString()
        );
        // A trial with one log has one attempt.
        Assert.DoesNotContain(host.Service.Sent, request =>
            request.Uri.Query.Contains("run_id=sweep_0&metric_key", StringComparison.Ordinal)
        );
    }
}
