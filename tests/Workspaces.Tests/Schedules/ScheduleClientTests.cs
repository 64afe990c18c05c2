using System.Text.Json.Nodes;
using Experiments.Model;
using Experiments.Reading;
using Fixtures.Services;
using Workspaces.Connection;
using Workspaces.Schedules;

namespace Workspaces.Tests.Schedules;

public class ScheduleClientTests
{
    private static readonly string Path = $"{FakeService.WorkspaceId}/schedules/nightly";

    private static readonly ScheduleTiming Nightly = new("0 3 * * *", null, 0, [], [], [], [], "UTC", null, null);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static FakeService Service()
    {
        var service = new FakeService();
        service.On("PUT", Path, request =>
        {
            service.On("GET", Path, FakeService.Json(200, Answer(request.Body)));
            return FakeService.Json(201, Answer(request.Body))(request);
        });
        return service;
    }

    private static string Answer(string body, bool isEnabled = true)
    {
        var properties = JsonNode.Parse(body)!["properties"]!.DeepClone();
        properties["isEnabled"] = isEnabled;
        return new JsonObject
        {
            ["id"] = Path,
            ["name"] = "nightly",
            ["properties"] = properties,
        }.ToJsonString();
    }

    private static async Task<ScheduleState> EnsureAsync(
        FakeService service,
        ScheduleTiming timing,
        Experiment? asked = null,
        string code = ""
    ) =>
        await new ScheduleClient(await service.ConnectAsync()).EnsureAsync(
            "nightly",
            TestPlans.Experiment with
            {
                Job = TestPlans.Experiment.Job with { Command = TestPlans.Experiment.Job.Command + code },
            },
            asked ?? Asked("train_pothole_240102030405.csv"),
            TestPlans.Target,
            TestPlans.Registered,
            timing,
            Stop
        );

    private static Experiment Asked(string csv) =>
        ConfigurationReader
            .Read(
                Fixtures.Checkouts.Checkout.Repository,
                "exp_configs/demo.json",
                new(2026, 1, 2),
                [$"TRAIN_CSV={csv}", $"TEST_CSV={csv.Replace("train", "test", StringComparison.Ordinal)}"]
            )
            .Experiment;

    [Fact]
    public async Task EnsureAsync_SendsTheWholeSchedule()
    {
        var service = Service();

        var schedule = await EnsureAsync(service, Nightly);

        ExpectedRequest.Matches("schedule.json", service.Sent.Single(request => request.Method == "PUT").Body);
        Assert.Equal(
            ("nightly", true, "cron 0 3 * * *, UTC", StageChange.Created),
            (schedule.Name, schedule.IsEnabled, schedule.When, schedule.Change)
        );
    }

    [Fact]
    public async Task EnsureAsync_ChangesNothing_TheSecondTime()
    {
        var service = Service();
        await EnsureAsync(service, Nightly);

        Assert.Equal(StageChange.Unchanged, (await EnsureAsync(service, Nightly)).Change);
        Assert.DoesNotContain(service.Sent, request => request.Method == "PUT");
    }

    [Fact]
    public async Task EnsureAsync_Updates_WhenTheTimesOrTheJobChanged()
    {
        var service = Service();
        await EnsureAsync(service, Nightly);

        Assert.Equal(StageChange.Updated, (await EnsureAsync(service, Nightly with { Cron = "0 4 * * *" })).Change);
        Assert.Equal(StageChange.Updated, (await EnsureAsync(service, Nightly with { Cron = "0 4 * * *" }, code: " --x")).Change);
    }

    [Fact]
    public async Task EnsureAsync_KeepsAPausedSchedulePaused()
    {
        var service = Service();
        await EnsureAsync(service, Nightly);
        var sent = service.Sent.Single(request => request.Method == "PUT").Body;
        service.On("GET", Path, FakeService.Json(200, Answer(sent, isEnabled: false)));

        await EnsureAsync(service, Nightly with { TimeZone = "India Standard Time" });

        var body = service.Sent.Last(request => request.Method == "PUT").Body;
        Assert.False((bool)JsonNode.Parse(body)!["properties"]!["isEnabled"]!);
    }

    [Fact]
    public async Task EnsureAsync_LeavesTheDatasetToEachRun_WhenTheExperimentSaysLatest()
    {
        var service = Service();

        await EnsureAsync(service, Nightly, Asked("latest"));

        var job = JsonNode.Parse(service.Sent.Single(request => request.Method == "PUT").Body)!["properties"]!["action"]!["jobDefinition"]!;
        var config = JsonNode.Parse((string)job["environmentVariables"]!["EXP_CONFIG"]!)!;
        Assert.Equal(("latest", "latest"), ((string?)config["TRAIN_CSV"], (string?)config["TEST_CSV"]));
        Assert.Null(job["tags"]!["train_set"]);
        Assert.Null(job["tags"]!["dataset_hash"]);
        Assert.Null(job["tags"]!["experiment_hash"]);
        Assert.Null(job["outputs"]!["checkpoints"]!["uri"]);
    }
}
