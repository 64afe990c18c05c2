using System.Net;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Tests;

public sealed class StudioTests : IAsyncLifetime
{
    private TestEmulator emulator = null!;
    private HttpClient reader = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        emulator = await TestEmulator.StartAsync();
        reader = TestEmulator.CreateClient(emulator.Folder, emulator.Endpoint);
        reader.DefaultRequestHeaders.Authorization = null;
        var token = await File.ReadAllTextAsync(Path.Combine(emulator.Folder, "studio-token"), Stop);
        using var response = await reader.GetAsync(new Uri($"studio?token={token}", UriKind.Relative), Stop);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode); // The client keeps the cookie.
    }

    public async ValueTask DisposeAsync()
    {
        reader.Dispose();
        await emulator.DisposeAsync();
    }

    [Fact]
    public async Task Get_OpensNothingElse_WhenTheCookieIsTheStudios()
    {
        using var jobs = await reader.GetAsync(new Uri(TestEmulator.Arm("/jobs"), UriKind.Relative), Stop);
        using var page = await reader.GetAsync(new Uri("page/overview", UriKind.Relative), Stop);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (jobs.StatusCode, page.StatusCode));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(emulator.Folder, "studio-token")));
    }

    [Fact]
    public async Task Get_IsRefused_WhenTheTokenIsTheEmulators()
    {
        using var other = TestEmulator.CreateClient(emulator.Folder, emulator.Endpoint);
        var token = await File.ReadAllTextAsync(Path.Combine(emulator.Folder, "token"), Stop);

        using var response = await other.GetAsync(new Uri($"studio?token={token}", UriKind.Relative), Stop);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Get_ShowsTheJob_WhenItHasRun()
    {
        await emulator.SubmitAsync(
            "job-1",
            "echo hello; mkdir -p outputs; echo content > outputs/file.txt; ln -s /etc/passwd outputs/link"
        );
        await emulator.WaitForEndAsync("job-1");

        var job = await GetAsync("jobs/job-1");
        var artifacts = await GetAsync("jobs/job-1/artifacts");
        using var log = await reader.GetAsync(new Uri("studio/api/jobs/job-1/log?offset=0&length=100", UriKind.Relative), Stop);
        using var link = await reader.GetAsync(new Uri("studio/api/jobs/job-1/artifacts/outputs/link", UriKind.Relative), Stop);

        Assert.Equal(("job-1", "command", "Completed"), ((string?)job["name"], (string?)job["kind"], (string?)job["state"]));
        Assert.Equal("hello\n", await log.Content.ReadAsStringAsync(Stop));
        Assert.Contains(artifacts["artifacts"]!.AsArray(), artifact => (string?)artifact!["path"] == "outputs/file.txt");
        Assert.DoesNotContain(artifacts["artifacts"]!.AsArray(), artifact => (string?)artifact!["path"] == "outputs/link");
        Assert.Equal(HttpStatusCode.NotFound, link.StatusCode);
    }

    [Fact]
    public async Task Post_CancelsTheJob_WhenItIsConfirmed()
    {
        await emulator.SubmitAsync("job-1", "sleep 600");

        Assert.Equal(428, (int)await PostAsync("jobs/job-1/cancel", confirmation: null));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync("jobs/job-1/cancel", "job-1"));

        await emulator.WaitForEndAsync("job-1");
        Assert.Equal("Canceled", (string?)(await GetAsync("jobs/job-1"))["state"]);
    }

    [Fact]
    public async Task Post_SubmitsTheNextAttempts_WhenTheJobIsSubmittedAgain()
    {
        await emulator.SubmitAsync("job-1", "echo again");
        await emulator.WaitForEndAsync("job-1");

        Assert.Equal(HttpStatusCode.Accepted, await PostAsync("jobs/job-1/resubmit", "job-1"));
        await emulator.WaitForEndAsync("job-1-2");
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync("jobs/job-1-2/resubmit", "job-1-2"));
        await emulator.WaitForEndAsync("job-1-3");

        using var log = await reader.GetAsync(new Uri("studio/api/jobs/job-1-3/log?offset=0", UriKind.Relative), Stop);
        Assert.Equal("again\n", await log.Content.ReadAsStringAsync(Stop));
    }

    private async Task<JsonNode> GetAsync(string path) =>
        JsonNode.Parse(await reader.GetStringAsync(new Uri($"studio/api/{path}", UriKind.Relative), Stop))!;

    private async Task<HttpStatusCode> PostAsync(string path, string? confirmation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"studio/api/{path}", UriKind.Relative));
        request.Headers.Add("Origin", emulator.Endpoint.GetLeftPart(UriPartial.Authority));
        if (confirmation is not null)
            request.Headers.Add("X-Studio-Confirm", confirmation);
        using var response = await reader.SendAsync(request, Stop);
        return response.StatusCode;
    }
}
