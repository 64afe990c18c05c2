using System.Net;

namespace WorkspaceEmulator.Tests;

public class AccessTests
{
    [Theory]
    [InlineData("")]
    [InlineData("wrong")]
    public async Task InvokeAsync_Returns401_WithoutTheToken(string token)
    {
        await using var emulator = await TestEmulator.StartAsync();

        var error = await emulator.ExpectAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, TestEmulator.Arm(""), token: token);

        Assert.Equal("AuthenticationFailed", (string?)error["error"]!["code"]);
    }

    [Fact]
    public async Task IssueRunToken_GrantsOneRun_UntilTheJobEnds()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync(
            "first",
            "echo -n $MLFLOW_TRACKING_TOKEN > outputs/t.tmp; mv outputs/t.tmp outputs/t; while [ ! -e go ]; do sleep 0.05; done"
        );
        await emulator.SubmitAsync("other", "true", prepare: false);
        var folder = Path.Combine(emulator.JobFolder("first"), "wd");
        await TestEmulator.WaitForFileAsync(Path.Combine(folder, "outputs", "t"));
        var token = await File.ReadAllTextAsync(Path.Combine(folder, "outputs", "t"), TestContext.Current.CancellationToken);

        await emulator.PostAsync(TestEmulator.Mlflow("runs/set-tag"), """{"run_id":"first","key":"a","value":"b"}""", token);
        await emulator.GetAsync(TestEmulator.History("/runs/first"), token);
        await emulator.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, TestEmulator.History("/runs/other"), token: token);
        await emulator.ExpectAsync(
            HttpStatusCode.NotFound,
            HttpMethod.Post,
            TestEmulator.Mlflow("runs/set-tag"),
            """{"run_id":"other","key":"a","value":"b"}""",
            token
        );
        await emulator.ExpectAsync(HttpStatusCode.Forbidden, HttpMethod.Get, TestEmulator.Arm("/jobs/first"), token: token);

        await File.WriteAllTextAsync(Path.Combine(folder, "go"), "", TestContext.Current.CancellationToken);
        Assert.Equal("Completed", (string?)(await emulator.WaitForEndAsync("first"))["status"]);
        await emulator.ExpectAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, TestEmulator.History("/runs/first"), token: token);
    }

    [Fact]
    public async Task GetRoot_LeadsToTheStudio_WhichNeedsItsOwnToken()
    {
        await using var emulator = await TestEmulator.StartAsync();

        var (status, _, response) = await emulator.SendAsync(HttpMethod.Get, "/", token: "");

        var (_, _, ofJob) = await emulator.SendAsync(HttpMethod.Get, "/?run=job%2F1&wsid=x", token: "");

        Assert.Equal((HttpStatusCode.Redirect, "/studio/"), (status, response.Headers.Location?.OriginalString));
        Assert.Equal("/studio/#/jobs/job%2F1", ofJob.Headers.Location?.OriginalString);
        await emulator.ExpectAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, "studio/", token: "");
    }

    [Fact]
    public async Task GetDiscovery_NeedsNoToken()
    {
        await using var emulator = await TestEmulator.StartAsync();

        var addresses = await emulator.GetAsync("discovery", token: "");

        Assert.Equal(emulator.Endpoint.GetLeftPart(UriPartial.Authority), (string?)addresses["api"]);
    }

    [Theory]
    [InlineData("GET", "subscriptions/sub/resourceGroups/group/providers/Microsoft.Storage/storageAccounts/x")]
    [InlineData("POST", TestEmulator.Workspace + "/prepareNotebook")]
    [InlineData("DELETE", TestEmulator.Workspace + "/batchEndpoints/x")]
    [InlineData("GET", "some/file.json")]
    public async Task NotEmulated_IsReturned_WhenNoEndpointMatches(string method, string path)
    {
        await using var emulator = await TestEmulator.StartAsync();

        var error = await emulator.ExpectAsync(HttpStatusCode.NotImplemented, new HttpMethod(method), path + "?api-version=2024-10-01");

        Assert.Equal("NotEmulated", (string?)error["error"]!["code"]);
        Assert.Equal(
            $"{method} /{path} is not emulated. docs/emulator.md lists the operations that are.",
            (string?)error["error"]!["message"]
        );
    }

    [Theory]
    [InlineData("", "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")]
    [InlineData(
        "?api-version=2020-01-01",
        "NoRegisteredProviderFound",
        "No registered resource provider found for location '' and API version '2020-01-01' for type 'workspaces'. The supported "
            + "api-versions are '"
            + "2022-01-01-preview, 2022-02-01-preview, 2022-05-01, 2022-06-01-preview, 2022-10-01, "
            + "2022-10-01-preview, 2022-12-01-preview, 2023-02-01-preview, 2023-04-01, 2023-04-01-preview, "
            + "2023-06-01-preview, 2023-08-01-preview, 2023-10-01, 2024-01-01-preview, 2024-04-01, "
            + "2024-04-01-preview, 2024-07-01-preview, 2024-10-01, 2024-10-01-preview, 2025-01-01-preview, "
            + "2025-04-01, 2025-04-01-preview, 2025-06-01, 2025-07-01-preview, 2025-09-01, 2025-10-01-preview, "
            + "2025-12-01, 2026-03-01, 2026-05-01'."
    )]
    public async Task Check_Returns400_WhenTheApiVersionIsMissingOrUnknown(string query, string code, string message)
    {
        await using var emulator = await TestEmulator.StartAsync();

        var error = await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Get, TestEmulator.Workspace + query);

        Assert.Equal((code, message), ((string?)error["error"]!["code"], (string?)error["error"]!["message"]));
    }
}
