using System.Text.Json.Nodes;
using Fixtures.Services;
using Images.Cleaning;

namespace Images.Tests.Cleaning;

public class ImagesOfModelsTests
{
    private const string Image = "example.azurecr.io/detection@sha256:";

    [Fact]
    public async Task FindAsync_NamesTheImageOfEveryVersion_ByPropertyTagOrJob()
    {
        var service = new FakeService();
        var models = new FakeModels(service);
        models.Add(1, new JsonObject { ["properties"] = new JsonObject { ["model_training.image"] = $"{Image}01" } });
        models.Add(
            2,
            new JsonObject
            {
                ["tags"] = new JsonObject { ["image"] = $"{Image}02" },
                ["isArchived"] = true,
            }
        );
        models.Add(3, new JsonObject { ["jobName"] = "demo" });
        models.Add(4, new JsonObject { ["jobName"] = "deleted" });
        models.Add(5, []);
        var environment = $"{FakeService.WorkspaceId}/environments/detection/versions/1";
        service.On(
            "GET",
            $"{FakeService.WorkspaceId}/jobs/demo",
            FakeService.Json(
                200,
                $$"""
                {"id":"{{FakeService.WorkspaceId}}/jobs/demo","name":"demo",
                 "properties":{"jobType":"Command","command":"x","environmentId":"{{environment}}","status":"Completed"} }
                """
            )
        );
        service.On(
            "GET",
            environment,
            FakeService.Json(200, $$"""{"id":"{{environment}}","name":"1","properties":{"image":"{{Image}}03"} }""")
        );

        var uses = await new ImagesOfModels(await service.ConnectAsync()).FindAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            [new($"{Image}01", "model pothole:1"), new($"{Image}02", "model pothole:2"), new($"{Image}03", "model pothole:3")],
            uses
        );
        Assert.All(service.Sent.Where(request => request.Uri.AbsolutePath.Contains("/models", StringComparison.Ordinal)), request =>
            Assert.Contains("listViewType=All", request.Uri.Query, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task FindAsync_FindsNothing_WhenThereIsNoModel()
    {
        var service = new FakeService();
        _ = new FakeModels(service);

        Assert.Empty(await new ImagesOfModels(await service.ConnectAsync()).FindAsync(TestContext.Current.CancellationToken));
    }
}
