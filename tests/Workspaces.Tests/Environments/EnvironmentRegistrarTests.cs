using Fixtures.Services;
using Workspaces.Connection;
using Workspaces.Environments;
using Workspaces.Errors;

namespace Workspaces.Tests.Environments;

public class EnvironmentRegistrarTests
{
    private static readonly string Path = $"{FakeService.WorkspaceId}/environments/detection/versions/3f1a9c02b7de";

    [Fact]
    public async Task RegisterAsync_SendsTheImageOnce_WhenTheVersionIsMissing()
    {
        var service = new FakeService();
        service.On("PUT", Path, request =>
        {
            service.On("GET", Path, FakeService.Json(200, Body(TestPlans.Environment.Image)));
            return FakeService.Json(201, Body(TestPlans.Environment.Image))(request);
        });

        var first = await RegisterAsync(service);
        var second = await RegisterAsync(service);

        Assert.Equal(new RegisteredEnvironment("detection", "3f1a9c02b7de", Path, StageChange.Created), first);
        Assert.Equal(first with { Change = StageChange.Unchanged }, second);
    }

    [Fact]
    public async Task RegisterAsync_SendsTheWholeVersion()
    {
        var service = new FakeService();
        service.On("PUT", Path, FakeService.Json(201, Body(TestPlans.Environment.Image)));

        await RegisterAsync(service);

        ExpectedRequest.Matches("environment.json", service.Sent.Last().Body);
    }

    [Fact]
    public async Task RegisterAsync_Fails_WhenTheVersionHasAnotherImage()
    {
        var service = new FakeService();
        service.On("GET", Path, FakeService.Json(200, Body("example.azurecr.io/other:latest")));

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => RegisterAsync(service));

        Assert.StartsWith(
            "Environment 'detection' version '3f1a9c02b7de' has the image example.azurecr.io/other:latest; it must have "
                + "example.azurecr.io/detection@sha256:0123456789abcdef, and a version cannot be changed.",
            error.Message,
            StringComparison.Ordinal
        );
    }

    private static async Task<RegisteredEnvironment> RegisterAsync(FakeService service)
    {
        var registrar = new EnvironmentRegistrar(await service.ConnectAsync());
        var state = await registrar.ReadAsync(TestPlans.Environment, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(service.Sent, request => request.Method == "PUT");
        return await registrar.RegisterAsync(state, TestContext.Current.CancellationToken);
    }

    private static string Body(string image) =>
        $$$"""
            {"id":"{{{Path}}}","name":"3f1a9c02b7de","type":"Microsoft.MachineLearningServices/workspaces/environments/versions",
             "properties":{"image":"{{{image}}}","osType":"Linux","environmentType":"UserCreated"}}
            """;
}
