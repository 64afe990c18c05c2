using Fixtures.Services;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Jobs;

namespace Workspaces.Tests.Jobs;

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
    public async Task SubmitAsync_FollowsTheNewestAttemptOrCreatesTheNext_ByItsStatus(
        string attempts,
        bool rerun,
        string name,
        int attempt,
        StageChange change
    )
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
            new SubmittedJob(
                Plan,
                PathOf(Plan),
                1,
                "pothole",
                $"https://ml.azure.com/runs/{Plan}",
                StageChange.Created,
                JobStatus.NotStarted
            ),
            job
        );
    }

    [Fact]
    public async Task SubmitAsync_CreatesOneJob_WhenTheResponseIsLost()
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

    [Theory]
    [InlineData("0123", true)]
    [InlineData("fedc", false)]
    public async Task SubmitAsync_UsesTheExistingJob_WhenARetryIsRefused(string hash, bool isOurs)
    {
        var service = CreateService();
        service.On("PUT", PathOf(Plan), request =>
        {
            service.On("GET", PathOf(Plan), FakeService.Json(200, Tagged(Body(Plan, "Queued"), hash)));
            return FakeService.Json(409, """{"error":{"code":"UserError","message":"A job with this name already exists."}}""")(request);
        });

        if (isOurs)
        {
            Assert.Equal(
                (Plan, JobStatus.Queued),
                (await SubmitAsync(service, hash: "0123")) is var job ? (job.Name, job.Status) : default
            );
        }
        else
        {
            Assert.Equal(409, (await Assert.ThrowsAsync<WorkspaceException>(() => SubmitAsync(service, hash: "0123"))).Status);
        }
    }

    [Fact]
    public async Task SubmitAsync_Fails_WhenTheServiceDoesNotRespond()
    {
        var service = CreateService();
        service.On("PUT", PathOf(Plan), _ => throw new HttpRequestException("connection reset"));

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => SubmitAsync(service));

        Assert.Equal(
            $"PUT https://localhost:1{PathOf(Plan)}?api-version=2024-10-01 got no response in 6 tries: connection reset",
            error.Message
        );
    }

    [Fact]
    public async Task SubmitAsync_GivesTheServicesReason_WhenTheJobIsRefused()
    {
        var service = CreateService();
        service.On("PUT", PathOf(Plan), FakeService.Json(400, """{"error":{"code":"UserError","message":"No such compute."}}"""));

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => SubmitAsync(service));

        Assert.Equal(
            $"PUT https://localhost:1{PathOf(Plan)}?api-version=2024-10-01 returned 400 Bad Request: UserError: No such compute.",
            error.Message
        );
    }

    private static FakeService CreateService(params string[] attempts)
    {
        var service = new FakeService();
        for (var attempt = 1; attempt <= attempts.Length + 1; attempt++)
        {
            var name = JobSubmitter.NameOf(Plan, attempt);
            if (attempt <= attempts.Length)
                service.On("GET", PathOf(name), FakeService.Json(200, Body(name, attempts[attempt - 1])));

            service.On("PUT", PathOf(name), FakeService.Json(201, Body(name, "NotStarted")));
        }

        return service;
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("Running", null)]
    [InlineData("Completed", null)]
    [InlineData("Failed", "Failed")]
    [InlineData("Canceled", "Canceled")]
    [InlineData("Running of other", "of another experiment")]
    public async Task SubmitAsync_UsesTheChosenName_UnlessItIsTaken(string there, string? fault)
    {
        var service = new FakeService();
        service.On("PUT", PathOf("mine"), FakeService.Json(201, Body("mine", "NotStarted")));
        var hash = there.EndsWith("of other", StringComparison.Ordinal) ? "fedc" : "0123";
        if (there.Length > 0)
            service.On("GET", PathOf("mine"), FakeService.Json(200, Tagged(Body("mine", there.Split(' ')[0]), hash)));

        if (fault is null)
        {
            var job = await SubmitAsync(service, name: "mine", hash: "0123");

            Assert.Equal(("mine", 1, there.Length == 0 ? StageChange.Created : StageChange.Unchanged), (job.Name, job.Attempt, job.Change));
            return;
        }

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => SubmitAsync(service, name: "mine", hash: "0123"));

        Assert.Equal(
            $"--name is \"mine\", and workspace 'vision' already has a job of that name ({fault}); it must be a new name. "
                + "Choose another one, or leave --name out: the plan then names each attempt.",
            error.Message
        );
        Assert.DoesNotContain(service.Sent, request => request.Method == "PUT");
    }

    [Fact]
    public async Task ReadAsync_SendsOnlyReads_WhenTheJobFailed()
    {
        var service = CreateService("Failed");

        var state = await new JobSubmitter(await service.ConnectAsync()).ReadAsync(TestPlans.Experiment, name: null, rerun: false, Stop);

        Assert.Equal(($"{Plan}-2", 2, JobStatus.Failed, StageChange.Created), (state.Name, state.Attempt, state.Newest, state.Change));
        Assert.All(service.Sent, request => Assert.Equal("GET", request.Method));
    }

    private static async Task<SubmittedJob> SubmitAsync(FakeService service, bool rerun = false, string? name = null, string? hash = null)
    {
        var submitter = new JobSubmitter(await service.ConnectAsync());
        var plan = TestPlans.Experiment;
        if (hash is not null)
            plan = plan with { Passport = plan.Passport with { ExperimentHash = hash } };

        var state = await submitter.ReadAsync(plan, name, rerun, Stop);
        return await submitter.SubmitAsync(plan, TestPlans.Target, TestPlans.Registered, state, Stop);
    }

    private static string Tagged(string body, string hash) =>
        body.Replace("\"jobType\"", $"\"tags\":{{\"experiment_hash\":\"{hash}\"}},\"jobType\"", StringComparison.Ordinal);

    private static string PathOf(string name) => $"{FakeService.WorkspaceId}/jobs/{name}";

    private static string Body(string name, string status) =>
        $$$"""
            {"id":"{{{PathOf(name)}}}","name":"{{{name}}}","type":"Microsoft.MachineLearningServices/workspaces/jobs","properties":{
             "jobType":"Command","command":"python","environmentId":"{{{TestPlans.Registered.Id}}}","experimentName":"pothole",
              "status":"{{{status}}}",
             "services":{"Studio":{"jobServiceType":"Studio","endpoint":"https://ml.azure.com/runs/{{{name}}}"} } } }
            """;
}
