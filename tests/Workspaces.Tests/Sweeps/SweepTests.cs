using System.Text.Json.Nodes;
using Experiments.Plans;
using Experiments.Plans.Jobs;
using Fixtures.Services;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Jobs;
using Workspaces.Logs;
using Workspaces.Sweeps;

namespace Workspaces.Tests.Sweeps;

public class SweepTests
{
    private const string Name = "pothole-0123456789ab";

    private static readonly SweepSettings Settings = new("eval_mAP", IsMaximized: true, 12, 3) { HasPolicy = true };
    private static readonly string JobPath = $"{FakeService.WorkspaceId}/jobs/{Name}";
    private static readonly string ChildrenPath = $"/history/v1.0{FakeService.WorkspaceId}/runs/{Name}/children";
    private static readonly string MetricsPath = $"/mlflow/v1.0{FakeService.WorkspaceId}/api/2.0/mlflow/runs/get";
    private static readonly FollowSettings Quick = new()
    {
        ShortestInterval = TimeSpan.FromMilliseconds(1),
        LongestInterval = TimeSpan.FromMilliseconds(2),
        LongestIntervalOfLongJob = TimeSpan.FromMilliseconds(2),
        Patience = TimeSpan.FromMilliseconds(50),
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static ExperimentPlan Plan(string sampling, TerminationPlan? termination) =>
        TestPlans.Experiment with
        {
            Job = TestPlans.Job with
            {
                Command = "python -m detection train --set RUN_PARAMS.LEARNING_RATE=${{search_space.RUN_PARAMS__LEARNING_RATE}}",
                Sweep = new(
                    "eval_mAP",
                    "Maximize",
                    sampling,
                    sampling is "random" or "sobol" ? 42 : null,
                    new JsonObject { ["RUN_PARAMS__LEARNING_RATE"] = JsonNode.Parse("""["uniform",[0.001,0.1]]""") },
                    12,
                    3,
                    TimeSpan.FromHours(1),
                    termination
                ),
            },
        };

    private static string SweepBody(string status) =>
        $$$"""
            {"id":"{{{JobPath}}}","name":"{{{Name}}}","type":"Microsoft.MachineLearningServices/workspaces/jobs","properties":{
             "jobType":"Sweep","experimentName":"pothole","status":"{{{status}}}",
             "objective":{"goal":"Maximize","primaryMetric":"eval_mAP"},"samplingAlgorithm":{"samplingAlgorithmType":"Random"},
             "limits":{"jobLimitsType":"Sweep","maxTotalTrials":12,"maxConcurrentTrials":3},
             "earlyTermination":{"policyType":"MedianStopping"},
             "searchSpace":{"RUN_PARAMS__LEARNING_RATE":["uniform",[0.001,0.1]]},
             "trial":{"command":"python","environmentId":"{{{TestPlans.Registered.Id}}}"} } }
            """;

    private static async Task<SubmittedJob> SubmitAsync(FakeService service, ExperimentPlan plan)
    {
        var submitter = new JobSubmitter(await service.ConnectAsync());
        var state = await submitter.ReadAsync(plan, null, rerun: false, Stop);
        return await submitter.SubmitAsync(plan, TestPlans.Target, TestPlans.Registered, state, Stop);
    }

    [Fact]
    public async Task SubmitAsync_SendsTheWholeSweep()
    {
        var service = new FakeService();
        service.On("PUT", JobPath, FakeService.Json(201, SweepBody("NotStarted")));

        var job = await SubmitAsync(service, Plan("sobol", new("bandit", 2, 4, 0.1, null)));

        ExpectedRequest.Matches("sweep.json", service.Sent.Single(request => request.Method == "PUT").Body);
        Assert.Equal((Name, StageChange.Created), (job.Name, job.Change));
    }

    [Theory]
    [InlineData("random", """{"samplingAlgorithmType":"Random","rule":"Random","seed":42}""")]
    [InlineData("grid", """{"samplingAlgorithmType":"Grid"}""")]
    [InlineData("bayesian", """{"samplingAlgorithmType":"Bayesian"}""")]
    public async Task SubmitAsync_SendsTheSampling(string sampling, string json)
    {
        var service = new FakeService();
        service.On("PUT", JobPath, FakeService.Json(201, SweepBody("NotStarted")));

        await SubmitAsync(service, Plan(sampling, null));

        var properties = JsonNode.Parse(service.Sent.Single(request => request.Method == "PUT").Body)!["properties"]!;
        Assert.Equal(json, properties["samplingAlgorithm"]!.ToJsonString());
        Assert.Null(properties["earlyTermination"]);
    }

    [Theory]
    [InlineData("median", """{"delayEvaluation":4,"evaluationInterval":2,"policyType":"MedianStopping"}""")]
    [InlineData(
        "truncation",
        """{"delayEvaluation":4,"evaluationInterval":2,"policyType":"TruncationSelection","truncationPercentage":20}"""
    )]
    public async Task SubmitAsync_SendsThePolicy(string policy, string json)
    {
        var service = new FakeService();
        service.On("PUT", JobPath, FakeService.Json(201, SweepBody("NotStarted")));

        await SubmitAsync(service, Plan("random", new(policy, 2, 4, null, policy == "truncation" ? 20 : null)));

        var properties = JsonNode.Parse(service.Sent.Single(request => request.Method == "PUT").Body)!["properties"]!;
        Assert.Equal(json, properties["earlyTermination"]!.ToJsonString());
    }

    [Theory]
    [InlineData("Running")]
    [InlineData("Completed")]
    public async Task SubmitAsync_FollowsTheSweep_WhenItExists(string status)
    {
        var service = new FakeService();
        service.On("GET", JobPath, FakeService.Json(200, SweepBody(status)));

        var job = await SubmitAsync(service, Plan("random", null));

        Assert.Equal((Name, StageChange.Unchanged), (job.Name, job.Change));
        Assert.DoesNotContain(service.Sent, request => request.Method == "PUT");
    }

    [Fact]
    public async Task ReadJobAsync_ReturnsWhatTheSweepCompares()
    {
        var service = new FakeService();
        service.On("GET", JobPath, FakeService.Json(200, SweepBody("Running")));

        Assert.Equal(("pothole", Settings), await new SweepReader(await service.ConnectAsync()).ReadJobAsync(Name, Stop));
    }

    private static string Child(int number, string status, string tag, bool hasStarted = true) =>
        new JsonObject
        {
            ["runId"] = $"{Name}_{number}",
            ["status"] = status,
            ["startTimeUtc"] = hasStarted ? "2026-11-01T10:00:00Z" : null,
            ["endTimeUtc"] = status is "Completed" or "Failed" or "Canceled" ? "2026-11-01T10:05:00Z" : null,
            ["tags"] = new JsonObject { ["hyperparameters"] = tag },
        }.ToJsonString();

    private static void Answer(FakeService service, params (string Status, string Children)[] turns)
    {
        service.OnEach(
            "GET",
            FakeService.RunPath(Name),
            [
                .. turns.Select(turn =>
                    FakeService.Json(200, $$"""{"runId":"{{Name}}","status":"{{turn.Status}}","startTimeUtc":"2026-11-01T09:55:00Z"}""")
                ),
            ]
        );
        service.OnEach("GET", ChildrenPath, [.. turns.Select(turn => FakeService.Json(200, $$"""{"value":[{{turn.Children}}]}"""))]);
        service.On("GET", MetricsPath, request =>
        {
            var number = request.Uri.Query[^1] - '0';
            return FakeService.Json(
                200,
                $$"""
                {"run":{"data":{"metrics":[{"key":"eval_mAP","value":0.{{number + 1}},"timestamp":1700000002000,"step":{{number
                    + 5}} }] } } }
                """
            )(request);
        });
    }

    private static async Task<List<SweepState>> FollowAsync(FakeService service, SweepSettings? settings = null)
    {
        var states = new List<SweepState>();
        await foreach (var state in new SweepFollower(await service.ConnectAsync(), Quick).FollowAsync(Name, settings ?? Settings, Stop))
            states.Add(state);
        return states;
    }

    [Fact]
    public async Task FollowAsync_YieldsStatesUntilTheSweepEnds()
    {
        const string Values = """{"RUN_PARAMS__LEARNING_RATE":0.01,"RUN_PARAMS__OPTIMIZER":"sgd"}""";
        var service = new FakeService();
        Answer(
            service,
            ("Running", Child(0, "Queued", Values, hasStarted: false)),
            ("Running", $"{Child(1, "Running", Values)},{Child(0, "Completed", Values)}"),
            ("Completed", $"{Child(2, "Canceled", Values)},{Child(1, "Completed", Values)},{Child(0, "Completed", Values)}")
        );

        var states = await FollowAsync(service);

        Assert.Equal([JobStatus.Running, JobStatus.Running, JobStatus.Completed], states.Select(state => state.Status));
        var last = states[^1];
        Assert.Equal([$"{Name}_0", $"{Name}_1", $"{Name}_2"], last.Trials.Select(trial => trial.Name));
        Assert.Equal($"{Name}_1", last.Best!.Name);
        Assert.Equal((0.2, 6), (last.Best.Metric, last.Best.Step));
        Assert.Equal(("0.01", "sgd"), (last.Best.Values["RUN_PARAMS.LEARNING_RATE"], last.Best.Values["RUN_PARAMS.OPTIMIZER"]));
        Assert.Equal([false, false, true], last.Trials.Select(trial => trial.IsEndedEarly));
        Assert.Null(states[0].Trials[0].Metric);
        // The metrics of a trial that has ended are read once.
        Assert.Equal(
            1,
            service.Sent.Count(request =>
                request.Uri.AbsolutePath == MetricsPath && request.Uri.Query.EndsWith("_0", StringComparison.Ordinal)
            )
        );
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[1]")]
    [InlineData("")]
    [InlineData("""{"RUN_PARAMS__SEED": "\ud800"}""")]
    [InlineData("""{"\udfff": 1}""")]
    [InlineData("""{"A": 1, "A": 2}""")]
    public async Task FollowAsync_ReadsATrialWithoutValues_WhenItsTagIsNoObject(string tag)
    {
        var service = new FakeService();
        Answer(service, ("Completed", Child(0, "Completed", tag)));

        Assert.Empty((await FollowAsync(service))[0].Trials[0].Values);
    }

    [Fact]
    public async Task FollowAsync_CountsNoTrialAsEndedEarly_WhenTheSweepIsCanceled()
    {
        var service = new FakeService();
        Answer(service, ("Canceled", Child(0, "Canceled", "{}")));

        Assert.False((await FollowAsync(service))[0].Trials[0].IsEndedEarly);
    }

    [Fact]
    public async Task FollowAsync_CountsNoTrialAsEndedEarly_WhenTheSweepIsCanceledWhileItIsRead()
    {
        var service = new FakeService();
        // The sweep is read before its trials, and again after them.
        Answer(service, ("Running", Child(0, "Canceled", "{}")), ("CancelRequested", Child(0, "Canceled", "{}")), ("Canceled", ""));

        Assert.DoesNotContain((await FollowAsync(service)).SelectMany(state => state.Trials), trial => trial.IsEndedEarly);
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(11, true)]
    [InlineData(15_000_000_000, true)] // past the year 9999
    public async Task FollowAsync_CountsATrialAsEndedEarly_UnlessTheTimeOfTheSweepWasUp(long minutes, bool isEndedEarly)
    {
        var service = new FakeService();
        // The trial was cancelled 10 minutes after the sweep had started.
        Answer(service, ("Failed", Child(0, "Canceled", "{}")));

        var states = await FollowAsync(service, Settings with { Timeout = TimeSpan.FromMinutes(minutes) });

        Assert.Equal(isEndedEarly, states[0].Trials[0].IsEndedEarly);
    }

    [Fact]
    public async Task FollowAsync_Ends_WhenTheServiceDoesNotRespond()
    {
        var service = new FakeService();
        service.On("GET", FakeService.RunPath(Name), FakeService.Json(503, ""));

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => FollowAsync(service));

        Assert.StartsWith($"Following sweep '{Name}' ended after 0 s without a response", error.Message, StringComparison.Ordinal);
    }
}
