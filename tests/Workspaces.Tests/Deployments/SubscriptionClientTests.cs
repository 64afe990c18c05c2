using System.Text.Json.Nodes;
using Fixtures;
using Fixtures.Services;
using Workspaces.Deployments;
using Workspaces.Errors;

namespace Workspaces.Tests.Deployments;

public sealed class SubscriptionClientTests : IDisposable
{
    private const string Deployment = "/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.Resources/deployments/team";
    private static readonly DeploymentRequest Request = new("team", "westeurope", new JsonObject { ["resources"] = new JsonObject() }, []);

    private readonly FakeService service = new();

    public void Dispose() => service.Dispose();

    [Fact]
    public async Task CompareAsync_ReportsEveryDetail_WhenTheTemplateIsRefused()
    {
        service.On(
            "POST",
            $"{Deployment}/whatIf",
            FakeService.Json(
                400,
                """
                {"error":{"code":"InvalidTemplateDeployment","message":"The template is not valid.","details":[
                 {"code":"AuthorizationFailed","message":"May not assign roles.","target":"/subscriptions/1"},
                 {"code":"Nested","message":"","details":[{"code":"Inner","message":"The reason."}]}]}}
                """
            )
        );

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            Client().CompareAsync(Request, TestContext.Current.CancellationToken)
        );

        Assert.Equal(
            $"POST https://localhost:1{Deployment}/whatIf?api-version=2024-03-01 returned 400 Bad Request: InvalidTemplateDeployment: "
                + "The template is not valid.\n  AuthorizationFailed: May not assign roles. [/subscriptions/1]\n  Nested\n    Inner: "
                + "The reason.",
            error.Message
        );
    }

    [Fact]
    public async Task CompareAsync_SendsNoTokenElsewhere_WhenTheResultIsOnAnotherHost()
    {
        service.On("POST", $"{Deployment}/whatIf", FakeService.Json(202, "", ("Location", "https://example.org/result")));

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            Client().CompareAsync(Request, TestContext.Current.CancellationToken)
        );

        Assert.Contains("it must be at https://localhost:1", error.Message, StringComparison.Ordinal);
        Assert.All(service.Sent, request => Assert.Equal("localhost", request.Uri.Host));
    }

    [Fact]
    public async Task CompareAsync_PollsAsTheServiceRequests_AndReadsTheChanges()
    {
        var time = new SkippingTime();
        service.On(
            "POST",
            $"{Deployment}/whatIf",
            FakeService.Json(202, "", ("Location", "https://localhost:1/result"), ("Retry-After", "15"))
        );
        service.OnEach(
            "GET",
            "/result",
            FakeService.Json(202, "", ("Location", "https://localhost:1/result"), ("Retry-After", "15")),
            FakeService.Json(
                200,
                """{"status":"Succeeded","properties":{"changes":[{"resourceId":"/subscriptions/1/resourceGroups/g","changeType":"Create"}]}}"""
            )
        );

        var change = Assert.Single(await Client(time).CompareAsync(Request, TestContext.Current.CancellationToken));

        Assert.Equal(("Create", "Microsoft.Resources/resourceGroups", "g"), (change.Kind, change.Type, change.Name));
        Assert.Equal([TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(15)], time.Waits);
    }

    [Fact]
    public async Task DeployAsync_SaysThatTheServiceContinues_WhenTheDeadlineHasPassed()
    {
        service.On("PUT", Deployment, FakeService.Json(201, "{}"));
        service.On("GET", Deployment, FakeService.Json(200, """{"properties":{"provisioningState":"Running"}}"""));
        service.On("GET", $"{Deployment}/operations", FakeService.Json(200, """{"value":[]}"""));
        var lines = new List<string>();

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            Client().DeployAsync(Request, new Lines(lines), TestContext.Current.CancellationToken)
        );

        Assert.Equal(
            "Deployment 'team' has not finished after 60 min; it must finish by then. The service continues it: run again to see its "
                + "result.",
            error.Message
        );
        Assert.All(lines, line => Assert.Matches("^Still deploying after [0-9]+ s$", line));
        Assert.NotEmpty(lines);
    }

    private SubscriptionClient Client(SkippingTime? time = null) => new(service.Subscription(), time ?? new SkippingTime());

    private sealed class Lines(List<string> lines) : IProgress<string>
    {
        public void Report(string value) => lines.Add(value);
    }
}
