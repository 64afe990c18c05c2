using Fixtures.Services;
using Workspaces.Jobs;

namespace Workspaces.Tests.Jobs;

public class JobMetricsTests
{
    private static readonly string RunPath = $"/mlflow/v1.0{FakeService.WorkspaceId}/api/2.0/mlflow/runs/get";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_ReturnsTheLastValueOfEachMetric_ByOneRequest()
    {
        var service = new FakeService();
        service.On(
            "GET",
            RunPath,
            FakeService.Json(
                200,
                """
                {"run":{"info":{"run_id":"job"},"data":{"metrics":[{"key":"train_loss","value":0.5,"timestamp":1700000002000,
                 "step":2},{"key":"eval_mAP","value":"NaN","timestamp":"1700000003000","step":"2"}],
                 "tags":[{"key":"steps","value":"1000"}]}}}
                """
            )
        );

        var metrics = await new JobMetrics(await service.ConnectAsync()).ReadAsync("job", Stop);

        Assert.Equal([KeyValuePair.Create("eval_mAP", double.NaN), KeyValuePair.Create("train_loss", 0.5)], metrics.Metrics);
        Assert.Equal((2, DateTimeOffset.FromUnixTimeMilliseconds(1700000002000)), metrics.LastStep);
        Assert.Equal([RunPath], service.Sent.Select(request => request.Uri.AbsolutePath));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"metrics":null}""")]
    public async Task ReadAsync_ReturnsNoMetric_WhenTheRunLoggedNone(string data)
    {
        var service = new FakeService();
        service.On("GET", RunPath, FakeService.Json(200, $$$"""{"run":{"info":{"run_id":"job"},"data":{{{data}}}}}"""));

        var metrics = await new JobMetrics(await service.ConnectAsync()).ReadAsync("job", Stop);

        Assert.Empty(metrics.Metrics);
        Assert.Null(metrics.LastStep);
    }
}
