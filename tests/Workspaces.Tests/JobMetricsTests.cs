using Fixtures.Services;
using Workspaces.DataPlane;
using Workspaces.Jobs;

namespace Workspaces.Tests;

public class JobMetricsTests
{
    private static readonly string Tracking = $"/mlflow/v1.0{FakeService.WorkspaceId}/api/2.0/mlflow";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_GivesLastValuesHistoriesAndTags()
    {
        var service = new FakeService();
        service.On(
            "GET",
            $"{Tracking}/runs/get",
            FakeService.Json(
                200,
                """
                {"run":{"info":{"run_id":"job"},"data":{"metrics":[{"key":"train_loss","value":0.5,"timestamp":1700000002000,"step":2},{"key":"eval_mAP","value":"NaN","timestamp":"1700000003000","step":"2"}],
                 "tags":[{"key":"steps","value":"1000"}]}}}
                """
            )
        );
        service.On("GET", $"{Tracking}/metrics/get-history", request =>
            (
                request.Uri.Query.Contains("metric_key=eval_mAP", StringComparison.Ordinal),
                request.Uri.Query.Contains("page_token=p2", StringComparison.Ordinal)
            ) switch
            {
                (true, _) => FakeService.Json(
                    200,
                    """{"metrics":[{"key":"eval_mAP","value":"NaN","timestamp":"1700000003000","step":"2"}]}"""
                )(request),
                (_, false) => FakeService.Json(
                    200,
                    """{"metrics":[{"key":"train_loss","value":0.5,"timestamp":1700000002000,"step":2}],"next_page_token":"p2"}"""
                )(request),
                _ => FakeService.Json(
                    200,
                    """{"metrics":[{"key":"train_loss","value":0.75,"timestamp":1700000001000,"step":1}],"next_page_token":""}"""
                )(request),
            }
        );

        var metrics = await new JobMetrics(await service.ConnectAsync()).ReadAsync("job", Stop);

        Assert.Equal(0.5, metrics.Metrics["train_loss"]);
        Assert.Equal(double.NaN, metrics.Metrics["eval_mAP"]);
        Assert.Equal(
            [
                new MetricPoint(1, 0.75, DateTimeOffset.FromUnixTimeSeconds(1700000001)),
                new MetricPoint(2, 0.5, DateTimeOffset.FromUnixTimeSeconds(1700000002)),
            ],
            metrics.History["train_loss"]
        );
        Assert.Equal("1000", metrics.Tags["steps"]);
    }

    [Fact]
    public async Task ReadAsync_GivesNothing_WhenTheRunLoggedNothing()
    {
        var service = new FakeService();
        service.On("GET", $"{Tracking}/runs/get", FakeService.Json(200, """{"run":{"info":{"run_id":"job"},"data":{}}}"""));

        var metrics = await new JobMetrics(await service.ConnectAsync()).ReadAsync("job", Stop);

        Assert.Empty(metrics.Metrics);
        Assert.Empty(metrics.History);
        Assert.Empty(metrics.Tags);
    }
}
