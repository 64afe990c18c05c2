using System.Text.Json.Nodes;
using Fixtures.Services;
using Workspaces.Cleaning;

namespace Workspaces.Tests.Cleaning;

public sealed class JobCleanerTests : IDisposable
{
    private static readonly string Jobs = $"{FakeService.WorkspaceId}/jobs";
    private static readonly DateTimeOffset Before = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeService service = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => service.Dispose();

    [Fact]
    public async Task FindAsync_KeepsJobsOfModelsAndBaselines_AndIgnoresWhatIsNotItsOwn()
    {
        var models = new FakeModels(service);
        models.Add(1, "registered");
        models.Add(2, "sweep_3");
        models.Add(3, new JsonObject { ["modelUri"] = "azureml://jobs/by-hand/outputs/artifacts/paths/x/" });
        List(
            Job("new", "Completed", created: "2026-02-02T00:00:00Z"),
            Job("running", "Running"),
            Job("foreign", "Completed", isOwn: false),
            Job("old", "Completed"),
            Job("failed", "Failed"),
            Job("topic", "Completed", branch: "topic"),
            Job("topic-before", "Completed", branch: "topic"),
            Job("registered", "Completed"),
            Job("by-hand", "Completed"),
            Job("sweep", "Completed", type: "Sweep"),
            Job("sweep-2", "Completed", type: "Sweep")
        );

        var found = await new JobCleaner(await service.ConnectAsync()).FindAsync(Before, Cancellation);

        Assert.Equal(
            [
                ("by-hand", "model pothole:3 was registered from it"),
                ("failed", null),
                ("old", null),
                ("registered", "model pothole:1 was registered from it"),
                ("sweep", "model pothole:2 was registered from its trial sweep_3"),
                ("sweep-2", null),
                ("topic", "it is the newest completed job of its experiment and branch"),
                ("topic-before", null),
            ],
            found.Select(job => (job.Name, job.KeptBecause))
        );
    }

    [Fact]
    public async Task DeleteAsync_DeletesTheJob_AndToleratesOneThatIsMissing()
    {
        service.On("GET", $"{Jobs}/old", FakeService.Json(200, Job("old", "Completed").ToJsonString()));
        service.On("DELETE", $"{Jobs}/old", FakeService.Json(204, ""));
        var cleaner = new JobCleaner(await service.ConnectAsync());

        await cleaner.DeleteAsync("old", Cancellation);
        await cleaner.DeleteAsync("missing", Cancellation);

        Assert.Equal(
            [$"{Jobs}/old"],
            service.Sent.Where(request => request.Method == "DELETE").Select(request => request.Uri.AbsolutePath)
        );
    }

    private void List(params JsonNode[] jobs) =>
        service.On("GET", Jobs, FakeService.Json(200, new JsonObject { ["value"] = new JsonArray(jobs) }.ToJsonString()));

    private static JsonObject Job(
        string name,
        string status,
        string branch = "main",
        string created = "2026-01-01T00:00:00Z",
        bool isOwn = true,
        string type = "Command"
    )
    {
        var properties = new JsonObject
        {
            ["jobType"] = type,
            ["experimentName"] = "demo",
            ["status"] = status,
            ["tags"] = isOwn ? new JsonObject { ["experiment_hash"] = "e" } : new JsonObject(),
            ["properties"] = new JsonObject { ["azureml.git.branch"] = branch },
        };
        if (type == "Command")
        {
            (properties["command"], properties["environmentId"]) = ("x", "e");
        }
        else
        {
            properties["objective"] = new JsonObject { ["goal"] = "Maximize", ["primaryMetric"] = "eval_mAP" };
            properties["samplingAlgorithm"] = new JsonObject { ["samplingAlgorithmType"] = "Random" };
            properties["searchSpace"] = new JsonObject();
            properties["trial"] = new JsonObject { ["command"] = "x", ["environmentId"] = "e" };
        }

        return new JsonObject
        {
            ["id"] = $"{Jobs}/{name}",
            ["name"] = name,
            ["systemData"] = new JsonObject { ["createdAt"] = created },
            ["properties"] = properties,
        };
    }
}
