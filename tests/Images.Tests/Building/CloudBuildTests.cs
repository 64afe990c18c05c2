using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Core.Pipeline;
using Fixtures;
using Fixtures.Services;
using Images.Building;
using Workspaces.Errors;
using Workspaces.Http;

namespace Images.Tests.Building;

public sealed class CloudBuildTests : IDisposable
{
    private const string Registry = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/team";
    private const string Digest = "sha256:00000000000000000000000000000000000000000000000000000000000000aa";

    private static readonly CloudBuildRequest Request = new(
        "detection",
        "sha-1",
        "docker/gpu/Dockerfile",
        new Dictionary<string, string>(StringComparer.Ordinal) { ["NOTE"] = "two words", ["BASE_IMAGE"] = "debian@sha256:1" },
        new Dictionary<string, string>(StringComparer.Ordinal) { ["io.model-training.inputs"] = "abc" },
        ["team.azurecr.io/detection:main"],
        TimeSpan.FromHours(1)
    );

    private readonly FakeService service = new();
    private readonly List<string> log = [];

    public CloudBuildTests()
    {
        service.On(
            "GET",
            "/subscriptions/s/providers/Microsoft.ContainerRegistry/registries",
            FakeService.Json(
                200,
                $$$"""
                {"value":[
                  {"id":"/other","properties":{"loginServer":"other.azurecr.io"}},
                  {"id":"{{{Registry}}}","properties":{"loginServer":"team.azurecr.io"}}
                ]}
                """
            )
        );
        service.On(
            "POST",
            $"{Registry}/listBuildSourceUploadUrl",
            FakeService.Json(200, """{"uploadUrl":"https://localhost:1/upload?sig=planted","relativePath":"source/x.tar.gz"}""")
        );
        service.On("PUT", "/upload", FakeService.Json(201, ""));
        service.On("POST", $"{Registry}/scheduleRun", FakeService.Json(200, """{"properties":{"runId":"ca1","status":"Queued"}}"""));
        service.On(
            "POST",
            $"{Registry}/runs/ca1/listLogSasUrl",
            FakeService.Json(200, """{"logLink":"https://localhost:1/log?sig=planted"}""")
        );
        Ends("Succeeded");
        service.OnEach(
            "GET",
            "/log",
            FakeService.Json(404, ""),
            _ => new HttpResponseMessage(HttpStatusCode.PartialContent) { Content = new StringContent("Step 1\nSte", Encoding.UTF8) },
            _ => new HttpResponseMessage(HttpStatusCode.PartialContent) { Content = new StringContent("p 2\n\nend", Encoding.UTF8) }
        );
    }

    public void Dispose() => service.Dispose();

    [Fact]
    public async Task Build_UploadsSchedulesAndFollows_UntilTheImageIsPushed()
    {
        Assert.Equal(Digest, await BuildAsync());

        Assert.Equal(["Step 1", "Step 2", "", "end"], log);
        Assert.Equal(
            [
                "GET /subscriptions/s/providers/Microsoft.ContainerRegistry/registries",
                $"POST {Registry}/listBuildSourceUploadUrl",
                "PUT /upload",
                $"POST {Registry}/scheduleRun",
                $"POST {Registry}/runs/ca1/listLogSasUrl",
                $"GET {Registry}/runs/ca1",
                "GET /log",
                $"GET {Registry}/runs/ca1",
                "GET /log",
                $"GET {Registry}/runs/ca1",
                "GET /log",
            ],
            service.Sent.Select(request => request.Line)
        );
        Assert.Equal(
            ["bytes=0-4194303", "bytes=0-4194303", "bytes=10-4194313"],
            service.Sent.Where(request => request.Line == "GET /log").Select(request => request.Body)
        );
        Assert.Equal("the context", service.Sent.Single(request => request.Line == "PUT /upload").Body);
    }

    [Fact]
    public async Task Build_RequestsOneBuildKitBuildAndOnePush()
    {
        await BuildAsync();

        var run = JsonNode.Parse(service.Sent.Single(request => request.Line.EndsWith("/scheduleRun", StringComparison.Ordinal)).Body)!;
        const string Arguments =
            "--build-arg BASE_IMAGE=debian@sha256:1 --build-arg \\u0022NOTE=two words\\u0022 --build-arg BUILDKIT_INLINE_CACHE=1";
        const string Labels = "--label io.model-training.inputs=abc --cache-from team.azurecr.io/detection:main";
        Assert.Equal(
            $"""
            version: v1.1.0
            steps:
              - build: "--tag $Registry/detection:sha-1 --file docker/gpu/Dockerfile {Arguments} {Labels} ."
                env: ["DOCKER_BUILDKIT=1"]
                timeout: 3600
              - push: ["$Registry/detection:sha-1"]

            """,
            Encoding.UTF8.GetString(Convert.FromBase64String((string)run["encodedTaskContent"]!))
        );
        ExpectedRequest.Matches("schedule-run.json", run.ToJsonString());
    }

    [Fact]
    public async Task Build_Fails_WithTheReason()
    {
        Ends("Failed");

        var error = await Assert.ThrowsAsync<WorkspaceException>(BuildAsync);

        Assert.Equal("The build in Azure (run ca1) is Failed; it must be Succeeded. no such base Its log is above.", error.Message);
        Assert.Equal("end", log[^1]);
    }

    [Fact]
    public async Task Build_FindsTheRegistry_OnTheSecondPage()
    {
        var list = "/subscriptions/s/providers/Microsoft.ContainerRegistry/registries";
        service.OnEach(
            "GET",
            list,
            FakeService.Json(
                200,
                $$$"""
                {"value":[{"id":"/other","properties":{"loginServer":"other.azurecr.io"}}],
                 "nextLink":"https://localhost:1{{{list}}}?api-version=2023-07-01&$skiptoken=2"}
                """
            ),
            FakeService.Json(200, $$$"""{"value":[{"id":"{{{Registry}}}","properties":{"loginServer":"team.azurecr.io"}}]}""")
        );

        Assert.Equal(Digest, await BuildAsync());

        Assert.Equal("?api-version=2023-07-01&$skiptoken=2", service.Sent.ElementAt(1).Uri.Query);
    }

    [Fact]
    public async Task Build_RequestsANewLink_WhenTheLogsHasExpired()
    {
        service.OnEach(
            "POST",
            $"{Registry}/runs/ca1/listLogSasUrl",
            FakeService.Json(200, """{"logLink":"https://localhost:1/old?sig=planted"}"""),
            FakeService.Json(200, """{"logLink":"https://localhost:1/log?sig=planted"}""")
        );
        service.On("GET", "/old", FakeService.Json(403, "<Error><Code>AuthenticationFailed</Code></Error>"));
        service.On("GET", "/log", _ => new HttpResponseMessage(HttpStatusCode.PartialContent)
        {
            Content = new StringContent("whole log\n", Encoding.UTF8),
        });

        Assert.Equal(Digest, await BuildAsync());

        Assert.Equal("whole log", log[0]);
    }

    [Fact]
    public async Task Build_ContinuesToFollow_WhenTheStatusIsUnknown()
    {
        service.OnEach(
            "GET",
            $"{Registry}/runs/ca1",
            FakeService.Json(200, """{"properties":{"runId":"ca1","status":"Thawing"}}"""),
            FakeService.Json(
                200,
                $$$"""
                {"properties":{"runId":"ca1","status":"Succeeded",
                 "outputImages":[{"repository":"detection","tag":"sha-1","digest":"{{{Digest}}}"}]}}
                """
            )
        );

        Assert.Equal(Digest, await BuildAsync());
    }

    [Fact]
    public async Task Build_Fails_WhenItDoesNotEnd()
    {
        service.On("GET", $"{Registry}/runs/ca1", FakeService.Json(200, """{"properties":{"runId":"ca1","status":"Running"}}"""));

        var error = await Assert.ThrowsAsync<WorkspaceException>(BuildAsync);

        Assert.Equal(
            "The build in Azure (run ca1) is Running after 90 min; it must have ended by then. "
                + "`az acr task logs --run-id ca1` shows its log.",
            error.Message
        );
    }

    [Fact]
    public async Task Build_IsScheduledOnce_WhenTheResponseIsLost()
    {
        service.On("POST", $"{Registry}/scheduleRun", _ => throw new HttpRequestException("connection reset"));

        var error = await Assert.ThrowsAsync<WorkspaceException>(BuildAsync);

        Assert.Equal(
            $"POST https://localhost:1{Registry}/scheduleRun?api-version=2019-06-01-preview got no response: connection reset",
            error.Message
        );
        Assert.Single(service.Sent, request => request.Line.EndsWith("/scheduleRun", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Build_HidesTheSignature_WhenTheStorageRefuses()
    {
        service.On("PUT", "/upload", FakeService.Json(403, """{"error":{"code":"AuthenticationFailed","message":"no"}}"""));

        var error = await Assert.ThrowsAsync<WorkspaceException>(BuildAsync);

        Assert.Equal("PUT https://localhost:1/upload?sig=*** returned 403 Forbidden: AuthenticationFailed: no", error.Message);
    }

    [Fact]
    public async Task Build_Fails_WhenTheRegistryIsNotInTheSubscription()
    {
        service.On("GET", "/subscriptions/s/providers/Microsoft.ContainerRegistry/registries", FakeService.Json(200, """{"value":[]}"""));

        var error = await Assert.ThrowsAsync<WorkspaceException>(BuildAsync);

        Assert.StartsWith(
            "Registry team.azurecr.io is not in subscription s; it must be an Azure registry there for Azure to build in it.",
            error.Message,
            StringComparison.Ordinal
        );
    }

    private void Ends(string status) =>
        service.OnEach(
            "GET",
            $"{Registry}/runs/ca1",
            FakeService.Json(200, """{"properties":{"runId":"ca1","status":"Queued"}}"""),
            FakeService.Json(200, """{"properties":{"runId":"ca1","status":"Running"}}"""),
            FakeService.Json(
                200,
                $$$"""
                {"properties":{"runId":"ca1","status":"{{{status}}}","runErrorMessage":"no such base",
                 "outputImages":[{"registry":"team.azurecr.io","repository":"detection","tag":"sha-1","digest":"{{{Digest}}}"}]}}
                """
            )
        );

    private async Task<string> BuildAsync()
    {
        using var http = new HttpClient(service, disposeHandler: false);
        var build = new CloudBuild(
            new Uri("https://localhost:1"),
            new FakeService.FixedCredential(FakeService.Token),
            new SkippingTime(),
            new HttpClientTransport(http),
            RetrySettings.Default with
            {
                Time = new SkippingTime(),
            }
        );
        using var context = new MemoryStream("the context"u8.ToArray());
        return await build.BuildAsync("s", "team.azurecr.io", Request, context, log.Add, TestContext.Current.CancellationToken);
    }
}
