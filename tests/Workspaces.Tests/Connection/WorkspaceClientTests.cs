using System.Buffers.Text;
using System.Text;
using Fixtures.Services;
using Workspaces.Connection;
using Workspaces.Errors;
using Workspaces.Jobs;

namespace Workspaces.Tests.Connection;

public class WorkspaceClientTests
{
    private static string Url => $"https://localhost:1{FakeService.WorkspaceId}?api-version=2024-10-01";

    [Fact]
    public async Task ReadAsync_FindsTheDataPlane_ThroughDiscovery()
    {
        var service = new FakeService();
        service.On("GET", "/discovery", FakeService.Json(200, """{"api":"https://other.example"}"""));
        service.On("GET", FakeService.RunPath("job"), FakeService.Json(200, """{"status":"Running"}"""));
        var workspace = await service.ConnectAsync();

        await new JobHistory(workspace).ReadAsync("job", TestContext.Current.CancellationToken);

        await new JobHistory(workspace).ReadAsync("job", TestContext.Current.CancellationToken);
        Assert.Equal(["localhost", "other.example", "other.example"], service.Sent.Select(request => request.Uri.Host));
    }

    [Fact]
    public async Task ReadAsync_UsesTheHostOfTheTrackingUri_WhenDiscoveryFails()
    {
        var service = new FakeService();
        service.On("GET", "/discovery", FakeService.Json(404, "{}"));
        service.On("GET", FakeService.RunPath("job"), FakeService.Json(200, """{"status":"Running"}"""));
        var workspace = await service.ConnectAsync();

        await new JobHistory(workspace).ReadAsync("job", TestContext.Current.CancellationToken);

        Assert.Equal($"https://localhost:1{FakeService.RunPath("job")}", service.Sent.Last().Uri.AbsoluteUri);
    }

    [Theory]
    [InlineData("SubscriptionNotFound", "AML_SUBSCRIPTION_ID")]
    [InlineData("ResourceGroupNotFound", "AML_RESOURCE_GROUP")]
    [InlineData("ResourceNotFound", "AML_WORKSPACE_NAME")]
    public async Task ConnectAsync_NamesTheKeyToFix_WhenTheWorkspaceIsMissing(string code, string key)
    {
        var service = new FakeService();
        service.On(
            "GET",
            FakeService.WorkspaceId,
            FakeService.Json(404, $$$"""{"error":{"code":"{{{code}}}","message":"It was not found."}}""", ("x-ms-request-id", "r-1"))
        );

        var error = await Assert.ThrowsAsync<WorkspaceException>(service.ConnectAsync);

        Assert.Equal(
            "Workspace 'vision' in resource group 'team' of subscription '00000000-0000-0000-0000-000000000001' does not exist; "
                + $"{key} of the environment config must name one that exists (`az ml workspace list --subscription "
                + "00000000-0000-0000-0000-000000000001` shows them). "
                + $"GET {Url} returned 404 Not Found: {code}: It was not found. (request r-1)",
            error.Message
        );
    }

    [Fact]
    public async Task ConnectAsync_NamesIdentityAndRole_WhenTheWorkspaceIsForbidden()
    {
        var claims = Base64Url.EncodeToString(Encoding.UTF8.GetBytes("""{"upn":"ada@example.org","oid":"1234"}"""));
        var token = $"eyJhbGciOiJub25lIn0.{claims}.c2lnbmF0dXJl";
        var service = new FakeService();
        service.On(
            "GET",
            FakeService.WorkspaceId,
            FakeService.Json(403, """{"error":{"code":"AuthorizationFailed","message":"No access."}}""")
        );

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            WorkspaceClient.ConnectAsync(service.Connection(new FakeService.FixedCredential(token)), TestContext.Current.CancellationToken)
        );

        Assert.Equal(
            $"'ada@example.org' may not perform Microsoft.MachineLearningServices/workspaces/read on {FakeService.WorkspaceId}; "
                + "it must have the role 'AzureML Data Scientist' there: "
                + "`az role assignment create --role \"AzureML Data Scientist\" --assignee <who> --scope "
                + $"{FakeService.WorkspaceId}`. A new role takes effect after some minutes. "
                + $"GET {Url} returned 403 Forbidden: AuthorizationFailed: No access.",
            error.Message
        );
    }

    [Fact]
    public async Task ConnectAsync_NamesTheRequest_WhenNothingListens()
    {
        var service = new FakeService();
        service.On("GET", FakeService.WorkspaceId, _ => throw new HttpRequestException("Connection refused (localhost:1)"));

        var error = await Assert.ThrowsAsync<WorkspaceException>(service.ConnectAsync);

        Assert.Equal($"GET {Url} got no response in 6 tries: Connection refused (localhost:1)", error.Message);
    }

    [Theory]
    [InlineData(409, """{"error":{"code":"Conflict","message":"Busy."}}""", "returned 409 Conflict: Conflict: Busy. (request r-2)")]
    [InlineData(
        404,
        """{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"No run."}""",
        "returned 404 Not Found: RESOURCE_DOES_NOT_EXIST: No run. (request r-2)"
    )]
    [InlineData(400, "<html>Bad gateway page</html>", "returned 400 Bad Request: a web page, \"Bad gateway page\" (request r-2)")]
    [InlineData(400, "", "returned 400 Bad Request (request r-2)")]
    public async Task ReadAsync_NamesRequestStatusCodeAndMessage_WhenTheServiceFails(int status, string body, string expected)
    {
        var service = new FakeService();
        service.On("GET", FakeService.RunPath("job"), FakeService.Json(status, body, ("x-ms-request-id", "r-2")));
        var workspace = await service.ConnectAsync();

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            new JobHistory(workspace).ReadAsync("job", TestContext.Current.CancellationToken)
        );

        Assert.Equal($"GET https://localhost:1{FakeService.RunPath("job")} {expected}", error.Message);
        Assert.Equal(status, error.Status);
    }

    [Theory]
    [InlineData("<script")]
    [InlineData("<title")]
    [InlineData("<")]
    public async Task ReadAsync_ReportsAWebPage_WhenItsTagsNeverEnd(string tag)
    {
        var service = new FakeService();
        var page = "<html>Busy. " + string.Concat(Enumerable.Repeat(tag, 400_000));
        service.On("GET", FakeService.RunPath("job"), FakeService.Json(400, page));
        var workspace = await service.ConnectAsync();

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            new JobHistory(workspace).ReadAsync("job", TestContext.Current.CancellationToken)
        );

        Assert.Contains("returned 400 Bad Request: a web page, \"Busy. <", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_HidesSecrets_WhenTheResponseRepeatsOne()
    {
        var service = new FakeService();
        service.On(
            "GET",
            FakeService.RunPath("job"),
            FakeService.Json(
                400,
                $$$"""
                {"error":{"code":"BadRequest",
                 "message":"Bearer {{{FakeService.Token}}} cannot read https://x.blob.core.windows.net/c?sv=1&sig=planted-sig%3D; AccountKey=planted-key==; \"key\": \"planted-json\""}}
                """
            )
        );
        var workspace = await service.ConnectAsync();

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            new JobHistory(workspace).ReadAsync("job", TestContext.Current.CancellationToken)
        );

        Assert.DoesNotContain("planted", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "cannot read https://x.blob.core.windows.net/c?sv=1&sig=***; AccountKey=***",
            error.Message,
            StringComparison.Ordinal
        );
    }
}
