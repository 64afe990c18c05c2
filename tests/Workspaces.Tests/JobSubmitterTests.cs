using Workspaces.Tests.Doubles;

namespace Workspaces.Tests;

public class JobSubmitterTests
{
    private const string Plan = "pothole-0123456789ab";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", false, Plan, 1, StageChange.Created)]
    [InlineData("NotStarted", false, Plan, 1, StageChange.Unchanged)]
    [InlineData("Queued", false, Plan, 1, StageChange.Unchanged)]
    [InlineData("Running", false, Plan, 1, StageChange.Unchanged)]
    [InlineData("Running", true, Plan, 1, StageChange.Unchanged)]
    [InlineData("CancelRequested", false, Plan, 1, StageChange.Unchanged)]
    [InlineData("NotResponding", false, Plan, 1, StageChange.Unchanged)]
    [InlineData("SomethingNew", false, Plan, 1, StageChange.Unchanged)]
    [InlineData("Completed", false, Plan, 1, StageChange.Unchanged)]
    [InlineData("Completed", true, $"{Plan}-2", 2, StageChange.Created)]
    [InlineData("Failed", false, $"{Plan}-2", 2, StageChange.Created)]
    [InlineData("Canceled", false, $"{Plan}-2", 2, StageChange.Created)]
    [InlineData("Failed,Running", false, $"{Plan}-2", 2, StageChange.Unchanged)]
    [InlineData("Failed,Completed", false, $"{Plan}-2", 2, StageChange.Unchanged)]
    [InlineData("Completed,Failed", false, $"{Plan}-3", 3, StageChange.Created)]
    [InlineData("Failed,Canceled", true, $"{Plan}-3", 3, StageChange.Created)]
    public async Task SubmitAsync_FollowsTheNewestAttemptOrMakesTheNext(string attempts, bool rerun, string name, int attempt, StageChange change)
    {
        var service = CreateService(attempts.Split(',', StringSplitOptions.RemoveEmptyEntries));

        var job = await SubmitAsync(service, rerun);

        Assert.Equal((name, attempt, change), (job.Name, job.Attempt, job.Change));
        Assert.Equal(change == StageChange.Created ? 1 : 0, service.Sent.Count(request => request.Method == "PUT"));
    }

    [Fact]
    public async Task SubmitAsync_SendsTheWholeJob()
    {
        var service = CreateService();

        var job = await SubmitAsync(service);

        ExpectedRequest.Matches("job.json", service.Sent.Single(request => request.Method == "PUT").Body);
        Assert.Equal(
            new SubmittedJob(Plan, PathOf(Plan), 1, "pothole", $"https://ml.azure.com/runs/{Plan}", StageChange.Created, JobStatus.NotStarted), job);
    }

    [Fact]
    public async Task SubmitAsync_MakesOneJob_WhenTheAnswerIsLost()
    {
        var service = CreateService();
        service.On("PUT", PathOf(Plan), _ =>
        {
            service.On("GET", PathOf(Plan), FakeService.Json(200, Body(Plan, "Queued")));
            throw new HttpRequestException("connection reset");
        });

        var job = await SubmitAsync(service);

        Assert.Equal((Plan, StageChange.Created, JobStatus.Queued), (job.Name, job.Change, job.Status));
        Assert.All(service.Sent.Where(request => request.Method == "PUT"), request => Assert.Equal(PathOf(Plan), request.Uri.AbsolutePath));
    }

    [Fact]
    public async Task SubmitAsync_Fails_WhenTheJobDidNotArrive()
    {
        var service = CreateService();
        service.On("PUT", PathOf(Plan), _ => throw new HttpRequestException("connection reset"));

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => SubmitAsync(service));

        Assert.Equal($"PUT https://localhost:1{PathOf(Plan)}?api-version=2024-10-01 had no answer: connection reset", error.Message);
    }

    [Fact]
    public async Task SubmitAsync_GivesTheServicesReason_WhenTheJobIsRefused()
    {
        var service = CreateService();
        service.On("PUT", PathOf(Plan), FakeService.Json(400, """{"error":{"code":"UserError","message":"No such compute."}}"""));

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => SubmitAsync(service));

        Assert.Equal($"PUT https://localhost:1{PathOf(Plan)}?api-version=2024-10-01 returned 400 Bad Request: UserError: No such compute.", error.Message);
    }

    private static FakeService CreateService(params string[] attempts)
    {
        var service = new FakeService();
        for (var attempt = 1; attempt <= attempts.Length + 1; attempt++)
        {
            var name = JobSubmitter.NameOf(Plan, attempt);
            if (attempt <= attempts.Length)
            {
                service.On("GET", PathOf(name), FakeService.Json(200, Body(name, attempts[attempt - 1])));
            }

            service.On("PUT", PathOf(name), FakeService.Json(201, Body(name, "NotStarted")));
        }

        return service;
    }

    private static async Task<SubmittedJob> SubmitAsync(FakeService service, bool rerun = false) =>
        await new JobSubmitter(await service.ConnectAsync()).SubmitAsync(TestPlans.Experiment, TestPlans.Target, TestPlans.Registered, rerun, Stop);

    private static string PathOf(string name) => $"{FakeService.WorkspaceId}/jobs/{name}";

    private static string Body(string name, string status) => $$$"""
        {"id":"{{{PathOf(name)}}}","name":"{{{name}}}","type":"Microsoft.MachineLearningServices/workspaces/jobs","properties":{
         "jobType":"Command","command":"python","environmentId":"{{{TestPlans.Registered.Id}}}","experimentName":"pothole","status":"{{{status}}}",
         "services":{"Studio":{"jobServiceType":"Studio","endpoint":"https://ml.azure.com/runs/{{{name}}}"} } } }
        """;
}
