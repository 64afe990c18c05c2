using System.Net;
using System.Net.Sockets;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Fixtures;
using Fixtures.Services;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.Tests.Http;

public sealed class RetryPolicyTests : IDisposable
{
    private const string Jobs = "/subscriptions/s/providers/Microsoft.MachineLearningServices/workspaces/w/jobs/job";

    private readonly FakeService service = new();
    private readonly SkippingTime time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => service.Dispose();

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task SendAsync_Retries_WhenTheServiceMayRespondLater(int status)
    {
        service.OnEach("PUT", Jobs, FakeService.Json(status, "{}"), FakeService.Json(status, "{}"), FakeService.Json(201, "{}"));

        Assert.Equal(201, (await SendAsync("PUT", Jobs)).Status);

        Assert.Equal([0.8, 1.6], time.Waits.Select(wait => wait.TotalSeconds));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(501)]
    public async Task SendAsync_SendsOnce_WhenTheResponseWouldBeTheSame(int status)
    {
        service.On("GET", Jobs, FakeService.Json(status, "{}"));

        Assert.Equal(status, (await SendAsync("GET", Jobs)).Status);

        Assert.Single(service.Sent);
    }

    [Fact]
    public async Task SendAsync_ReturnsTheLastResponse_WhenEveryTryFailed()
    {
        service.On("GET", Jobs, FakeService.Json(503, "{}"));

        Assert.Equal(503, (await SendAsync("GET", Jobs)).Status);

        Assert.Equal(6, service.Sent.Count);
        Assert.Equal([0.8, 1.6, 3.2, 6.4, 12.8], time.Waits.Select(wait => wait.TotalSeconds));
    }

    [Theory]
    [InlineData("Retry-After", "7", 7)]
    [InlineData("Retry-After", "0", 0.8)]
    [InlineData("Retry-After", "Thu, 01 Jan 1970 00:01:30 GMT", 30)] // the service's clock shows a minute past the epoch
    [InlineData("Retry-After", "Thu, 01 Jan 1970 00:00:30 GMT", 0.8)]
    [InlineData("Retry-After", "soon", 0.8)]
    [InlineData("retry-after-ms", "2500", 2.5)]
    [InlineData("x-ms-retry-after-ms", "1500", 1.5)]
    public async Task SendAsync_WaitsAsLongAsTheServiceRequests_WhenThisMachinesClockIsWrong(string header, string value, double seconds)
    {
        service.OnEach(
            "GET",
            Jobs,
            FakeService.Json(429, "{}", (header, value), ("Date", "Thu, 01 Jan 1970 00:01:00 GMT")),
            FakeService.Json(200, "{}")
        );

        Assert.Equal(200, (await SendAsync("GET", Jobs)).Status);

        Assert.Equal(seconds, Assert.Single(time.Waits).TotalSeconds);
    }

    [Fact]
    public async Task SendAsync_IgnoresADate_WhenTheServiceDoesNotSendItsTime()
    {
        service.OnEach(
            "GET",
            Jobs,
            FakeService.Json(429, "{}", ("Retry-After", "Thu, 01 Jan 2099 00:00:00 GMT")),
            FakeService.Json(200, "{}")
        );

        await SendAsync("GET", Jobs);

        Assert.Equal(0.8, Assert.Single(time.Waits).TotalSeconds);
    }

    [Fact]
    public async Task SendAsync_DoesNotWait_WhenTheServiceRequestsTooLongAWait()
    {
        service.On("GET", Jobs, FakeService.Json(429, "{}", ("Retry-After", "600")));

        Assert.Equal(429, (await SendAsync("GET", Jobs)).Status);

        Assert.Single(service.Sent);
    }

    [Theory]
    [InlineData("PUT", "/x/jobs/job", 3)]
    [InlineData("GET", "/x/jobs/job", 3)]
    [InlineData("HEAD", "/x/jobs/job", 3)]
    [InlineData("DELETE", "/x/jobs/job", 3)]
    [InlineData("PATCH", "/x/computes/test", 3)]
    [InlineData("POST", "/x/jobs/job/cancel", 3)]
    [InlineData("POST", "/x/datastores/d/listSecrets", 3)]
    [InlineData("POST", "/x/computes/c/listNodes", 3)]
    [InlineData("POST", "/oauth2/token", 3)]
    [InlineData("POST", "/x/runs/ca1/cancel", 3)]
    [InlineData("POST", "/x/registries/r/scheduleRun", 1)]
    [InlineData("POST", "/mlflow/v1.0/x/api/2.0/mlflow/runs/create", 1)]
    [InlineData("POST", "/v2/detection/blobs/uploads/", 1)]
    [InlineData("PATCH", "/v2/detection/blobs/uploads/1", 1)]
    [InlineData("PUT", "/v2/detection/blobs/uploads/1", 1)]
    [InlineData("PUT", "/v2/detection/manifests/main", 3)]
    public async Task SendAsync_RetriesOnlyIdempotentRequests_WhenTheResponseIsLost(string method, string path, int times)
    {
        service.OnEach(
            method,
            path,
            _ => throw new HttpRequestException("reset"),
            FakeService.Json(500, "{}"),
            FakeService.Json(200, "{}")
        );

        try
        {
            await SendAsync(method, path);
        }
        catch (RequestFailedException)
        {
            Assert.Equal(1, times);
        }

        Assert.Equal(times, service.Sent.Count);
    }

    [Theory]
    [InlineData(500, null, 1)]
    [InlineData(503, null, 1)]
    [InlineData(503, "0", 2)] // a time to retry means that it did not accept the request
    [InlineData(429, null, 2)]
    [InlineData(408, null, 1)]
    public async Task SendAsync_RetriesABuild_WhenItWasNotAccepted(int status, string? retryAfter, int times)
    {
        var refused = retryAfter is null ? FakeService.Json(status, "{}") : FakeService.Json(status, "{}", ("Retry-After", retryAfter));
        service.OnEach("POST", "/x/registries/r/scheduleRun", refused, FakeService.Json(200, "{}"));

        await SendAsync("POST", "/x/registries/r/scheduleRun");

        Assert.Equal(times, service.Sent.Count);
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError, 2)]
    [InlineData(HttpRequestError.NameResolutionError, 2)]
    [InlineData(HttpRequestError.ResponseEnded, 1)]
    [InlineData(HttpRequestError.Unknown, 1)]
    public async Task SendAsync_RetriesABuild_WhenNoConnectionWasMade(HttpRequestError cause, int times)
    {
        service.OnEach(
            "POST",
            "/x/registries/r/scheduleRun",
            _ => throw new HttpRequestException(cause, "no"),
            FakeService.Json(200, "{}")
        );

        try
        {
            await SendAsync("POST", "/x/registries/r/scheduleRun");
        }
        catch (RequestFailedException)
        {
            Assert.Equal(1, times);
        }

        Assert.Equal(times, service.Sent.Count);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, 3)]
    [InlineData(SocketError.NoData, 3)]
    [InlineData(SocketError.TryAgain, 6)]
    [InlineData(SocketError.ConnectionRefused, 6)]
    public async Task SendAsync_TriesLessOften_WhenTheNameOfTheHostDoesNotExist(SocketError cause, int times)
    {
        service.OnEach("GET", Jobs, _ =>
            throw new HttpRequestException(HttpRequestError.NameResolutionError, "no", new SocketException((int)cause))
        );

        await Assert.ThrowsAsync<RequestFailedException>(() => SendAsync("GET", Jobs));

        Assert.Equal(times, service.Sent.Count);
    }

    [Fact]
    public async Task SendAsync_Retries_WhenTheBodyBreaksOff()
    {
        service.OnEach(
            "GET",
            Jobs,
            _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new BrokenStream()) },
            FakeService.Json(200, """{"whole":true}""")
        );

        var response = await SendAsync("GET", Jobs);

        Assert.Equal("""{"whole":true}""", response.Content.ToString());
    }

    [Fact]
    public async Task SendAsync_SendsOnce_WhenTheCertificateIsNotTrusted()
    {
        service.On("GET", Jobs, _ =>
            throw new HttpRequestException("not trusted", new System.Security.Authentication.AuthenticationException("invalid"))
        );

        await Assert.ThrowsAsync<RequestFailedException>(() => SendAsync("GET", Jobs));

        Assert.Single(service.Sent);
    }

    [Fact]
    public async Task SendAsync_SaysHowLongItWaited_WhenNoByteArrives()
    {
        using var silent = new SilentHandler();
        var pipeline = ServicePipelines.Build(
            new HttpClientTransport(new HttpClient(silent)),
            RetrySettings.Once with
            {
                TryTimeout = TimeSpan.FromMilliseconds(1),
            }
        );

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            ServiceErrors.GuardAsync(() => SendAsync(pipeline, "GET", Jobs), Stop)
        );

        Assert.Equal($"GET https://localhost:1{Jobs} got no response: no byte arrived for 0.001 s", error.Message);
    }

    private Task<Response> SendAsync(string method, string path) =>
        SendAsync(
            ServicePipelines.Build(
                new HttpClientTransport(new HttpClient(service, disposeHandler: false)),
                RetrySettings.Default with
                {
                    Time = time,
                    Jitter = () => 1,
                }
            ),
            method,
            path
        );

    private static async Task<Response> SendAsync(HttpPipeline pipeline, string method, string path)
    {
        var message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Parse(method);
        message.Request.Uri.Reset(new Uri($"https://localhost:1{path}"));
        await pipeline.SendAsync(message, Stop);
        return message.Response;
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            throw new HttpIOException(HttpRequestError.ResponseEnded, "cut");

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new HttpIOException(HttpRequestError.ResponseEnded, "cut");
    }

    private sealed class SilentHandler : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("never reached");
        }
    }
}
