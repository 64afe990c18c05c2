using System.Collections.Concurrent;
using System.Net;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Fixtures.Services;
using Workspaces.Connection;
using Workspaces.Http;

namespace Workspaces.Tests.Http;

public sealed class TokenRenewalTests : IDisposable
{
    private readonly TokenService service = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => service.Dispose();

    [Fact]
    public async Task SendAsync_RequestsANewTokenAndRetries_WhenTheTokenHasExpired()
    {
        var credential = new SequenceCredential(
            _ =>
            {
                service.Expire("t1");
                return null;
            },
            "t1",
            "t2"
        );
        var pipeline = Pipeline(credential);

        Assert.Equal(200, await SendAsync(pipeline));
        Assert.Equal(200, await SendAsync(pipeline));

        // The second request knows at once that the token cached by Azure.Core has expired.
        Assert.Equal(["Bearer t1", "Bearer t2", "Bearer t2"], service.Seen);
    }

    [Fact]
    public async Task SendAsync_RequiresAYoungerToken_WhenTheCredentialReturnsTheOldOne()
    {
        var credential = new SequenceCredential(
            _ =>
            {
                service.Expire("t1");
                return null;
            },
            "t1",
            "t1",
            "t2"
        );

        Assert.Equal(200, await SendAsync(Pipeline(credential)));

        Assert.Equal([null, null, """{"access_token":{"nbf":{"essential":true,"value":"60"}}}"""], credential.Claims);
    }

    [Fact]
    public async Task SendAsync_RetriesWithTheSameToken_WhenTheCredentialHasNoOther()
    {
        service.RefuseNext();
        var credential = new SequenceCredential(
            context => context.Claims is null ? null : throw new AuthenticationFailedException("no claims"),
            "t1"
        );

        Assert.Equal(200, await SendAsync(Pipeline(credential)));

        Assert.Equal(["Bearer t1", "Bearer t1"], service.Seen);
    }

    [Fact]
    public async Task SendAsync_ReturnsTheRefusal_WhenTheNewTokenIsRefusedToo()
    {
        service.Expire("t1");
        service.Expire("t2");

        Assert.Equal(401, await SendAsync(Pipeline(new SequenceCredential(_ => null, "t1", "t2"))));

        Assert.Equal(2, service.Seen.Count);
    }

    [Fact]
    public async Task SendAsync_RenewsOnce_WhenManyRequestsAreRefusedAtOnce()
    {
        var credential = new SequenceCredential(_ => null, "t1", "t2", "t3");
        var pipeline = Pipeline(credential);
        await SendAsync(pipeline);
        service.Expire("t1");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(pipeline)));

        Assert.Equal(2, credential.Claims.Count);
        Assert.DoesNotContain("Bearer t3", service.Seen);
    }

    [Fact]
    public async Task SendAsync_UsesAToken_ThatThisMachinesClockCallsExpired()
    {
        var credential = new SequenceCredential(_ => null, "t1") { ExpiresOn = DateTimeOffset.UnixEpoch };

        Assert.Equal(200, await SendAsync(Pipeline(credential)));
    }

    [Fact]
    public async Task ConnectAsync_ReadsTheWorkspaceWithANewToken_WhenTheOldOneIsRefused()
    {
        var workspaces = new FakeService();
        var answers = 0;
        var whole = FakeService.Json(
            200,
            $$$"""{"id":"{{{FakeService.WorkspaceId}}}","name":"vision","location":"westeurope","properties":{}}"""
        );
        workspaces.On("GET", FakeService.WorkspaceId, request => answers++ == 0
                ? FakeService.Json(
                    401,
                    """
                    {"error":{"code":"ExpiredAuthenticationToken",
                     "message":"The access token expiry UTC time is earlier than current UTC time."}}
                    """,
                    ("WWW-Authenticate", "Bearer error=\"invalid_token\"")
                )(request)
                : whole(request));
        var credential = new SequenceCredential(_ => null, "t1", "t2");

        await WorkspaceClient.ConnectAsync(workspaces.Connection(credential), Stop);

        Assert.Equal((2, 2), (answers, credential.Claims.Count));
    }

    private HttpPipeline Pipeline(TokenCredential credential) =>
        ServicePipelines.Build(
            new HttpClientTransport(new HttpClient(service, disposeHandler: false)),
            RetrySettings.Default,
            credential,
            ServicePipelines.ArmScope
        );

    private static async Task<int> SendAsync(HttpPipeline pipeline)
    {
        using var message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Get;
        message.Request.Uri.Reset(new Uri("https://localhost:1/anything"));
        await pipeline.SendAsync(message, Stop);
        return message.Response.Status;
    }

    /// <summary>Accepts every token that has not been expired or refused.</summary>
    private sealed class TokenService : HttpMessageHandler
    {
        private readonly ConcurrentDictionary<string, bool> expired = new(StringComparer.Ordinal);
        private int refusals;

        public ConcurrentQueue<string> Seen { get; } = new();

        public void Expire(string token) => expired[$"Bearer {token}"] = true;

        public void RefuseNext() => refusals++;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var authorization = request.Headers.Authorization!.ToString();
            Seen.Enqueue(authorization);
            var isRefused = expired.ContainsKey(authorization) || refusals-- > 0;
            var response = new HttpResponseMessage(isRefused ? HttpStatusCode.Unauthorized : HttpStatusCode.OK)
            {
                Content = new StringContent("{}"),
            };
            response.Headers.Date = DateTimeOffset.FromUnixTimeSeconds(60);
            response.Headers.TryAddWithoutValidation(
                "WWW-Authenticate",
                "Bearer authorization_uri=\"https://login.microsoftonline.com/t\", error=\"invalid_token\""
            );
            return Task.FromResult(response);
        }
    }

    /// <summary>Gives its tokens in turn; the last one repeats.</summary>
    private sealed class SequenceCredential(Func<TokenRequestContext, object?> onAsked, params string[] tokens) : TokenCredential
    {
        private int next;

        public DateTimeOffset ExpiresOn { get; init; } = DateTimeOffset.MaxValue;

        public List<string?> Claims { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            onAsked(requestContext);
            Claims.Add(requestContext.Claims);
            return new AccessToken(tokens[Math.Min(next++, tokens.Length - 1)], ExpiresOn);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }
}
