using Fixtures;
using Fixtures.Services;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Jobs;

namespace Workspaces.Tests.Jobs;

public class JobCancellerTests
{
    private static readonly string Path = $"{FakeService.WorkspaceId}/jobs/job";

    [Fact]
    public async Task CancelAsync_WaitsForTheEnd_WhenTheJobIsRunning()
    {
        var service = new FakeService();
        service.OnEach("GET", Path, Job("Running"), Job("CancelRequested"), Job("CancelRequested"), Job("Canceled"));
        service.On(
            "POST",
            $"{Path}/cancel",
            FakeService.Json(
                202,
                "",
                ("Location", $"https://localhost:1{FakeService.WorkspaceId}/operation?api-version=2024-10-01"),
                ("Retry-After", "10")
            )
        );

        var status = await CancelAsync(service);

        Assert.Equal(JobStatus.Canceled, status);
        Assert.Equal(["GET", "POST", "GET", "GET", "GET"], [.. service.Sent.Select(request => request.Method)]);
    }

    [Fact]
    public async Task CancelAsync_Fails_WhenTheJobDoesNotEndInTime()
    {
        var service = new FakeService();
        service.On("GET", Path, Job("CancelRequested"));
        service.On(
            "POST",
            $"{Path}/cancel",
            FakeService.Json(
                202,
                "",
                ("Location", $"https://localhost:1{FakeService.WorkspaceId}/operation?api-version=2024-10-01"),
                ("Retry-After", "10")
            )
        );

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => CancelAsync(service));

        Assert.Equal(
            "Job 'job' is CancelRequested 15 min after it was cancelled; it must end by then. The service accepted the "
                + "cancellation and is still ending the job: `dotnet cake --target=Follow --job=job` shows when it has.",
            error.Message
        );
    }

    [Fact]
    public async Task CancelAsync_RetriesTheCancellation_WhenTheResponseIsLost()
    {
        var service = new FakeService();
        service.OnEach("GET", Path, Job("Running"), Job("Canceled"));
        service.OnEach("POST", $"{Path}/cancel", _ => throw new HttpRequestException("connection reset"), FakeService.Json(200, ""));

        Assert.Equal(JobStatus.Canceled, await CancelAsync(service));
        Assert.Equal(["GET", "POST", "POST", "GET"], [.. service.Sent.Select(request => request.Method)]);
    }

    [Fact]
    public async Task CancelAsync_ReturnsTheStatus_WhenTheJobEndsFirst()
    {
        var service = new FakeService();
        service.OnEach("GET", Path, Job("Running"), Job("Completed"));
        service.On("POST", $"{Path}/cancel", FakeService.Json(400, """{"error":{"code":"UserError","message":"The job has ended."}}"""));

        Assert.Equal(JobStatus.Completed, await CancelAsync(service));
    }

    [Fact]
    public async Task CancelAsync_Fails_WhenTheServiceRefuses()
    {
        var service = new FakeService();
        service.On("GET", Path, Job("Running"));
        service.On("POST", $"{Path}/cancel", FakeService.Json(400, """{"error":{"code":"UserError","message":"Not today."}}"""));

        Assert.Contains(
            "UserError: Not today.",
            (await Assert.ThrowsAsync<WorkspaceException>(() => CancelAsync(service))).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("Completed", JobStatus.Completed)]
    [InlineData("Failed", JobStatus.Failed)]
    [InlineData("Canceled", JobStatus.Canceled)]
    public async Task CancelAsync_SendsNothing_WhenTheJobHasEnded(string status, JobStatus expected)
    {
        var service = new FakeService();
        service.On("GET", Path, Job(status));

        Assert.Equal(expected, await CancelAsync(service));
        Assert.Single(service.Sent);
    }

    private static Func<SentRequest, HttpResponseMessage> Job(string status) =>
        FakeService.Json(
            200,
            $$$"""
            {"id":"{{{Path}}}","name":"job","type":"Microsoft.MachineLearningServices/workspaces/jobs",
             "properties":{"jobType":"Command","command":"true","environmentId":"/e","status":"{{{status}}}"} }
            """
        );

    private static async Task<JobStatus> CancelAsync(FakeService service) =>
        await new JobCanceller(await service.ConnectAsync(), new SkippingTime()).CancelAsync("job", TestContext.Current.CancellationToken);
}
