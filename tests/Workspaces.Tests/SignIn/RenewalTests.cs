using System.Net;
using Azure.Core;
using Azure.Core.Pipeline;
using Fixtures;
using Fixtures.Services;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Logs;
using Workspaces.SignIn;

namespace Workspaces.Tests.SignIn;

public class RenewalTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FollowAsync_RequestsEachTokenOnce_WhenItOutlivesThem()
    {
        var time = new SkippingTime();
        var credential = new HourlyCredential(time);
        var service = new FakeService();
        service.On("GET", FakeService.RunPath("job"), request =>
            FakeService.Json(200, $$"""{"status":"{{(time.Elapsed < TimeSpan.FromHours(5) ? "Running" : "Completed")}}"}""")(request)
        );
        var shown = new List<string>();
        var signIn = new ChosenCredential(
            "t",
            name: null,
            new SignInEnvironment(shown.Add) { Time = time },
            [new CredentialSource("hourly", (_, _) => new CredentialProbe.Ready(new CredentialDescription("the hour"), () => credential))]
        );
        var connection = service.Connection(signIn) with
        {
            Transport = new HttpClientTransport(new HttpClient(new TokenCheck(credential) { InnerHandler = service })),
        };
        var workspace = await WorkspaceClient.ConnectAsync(connection, Stop);

        var settings = new FollowSettings { LongestInterval = TimeSpan.FromMinutes(4), LongestIntervalOfLongJob = TimeSpan.FromMinutes(4) };
        var events = new List<JobEvent>();
        await foreach (var happened in new JobFollower(workspace, settings, time).FollowAsync("job", Stop))
            events.Add(happened);

        Assert.Equal<JobEvent>([new JobStatusChanged(JobStatus.Running), new JobStatusChanged(JobStatus.Completed)], events);
        // One per 55 minutes of the five hours, however many requests were sent.
        Assert.Equal(6, credential.Given);
        Assert.True(service.Sent.Count > 60, $"{service.Sent.Count} requests");
        Assert.Equal(["Signed in    by the hour"], shown);
    }

    [Fact]
    public async Task FollowAsync_RetriesTheRenewal_WhenItGetsNoResponse()
    {
        var time = new SkippingTime();
        var credential = new HourlyCredential(time) { FailsAt = 2 };
        var service = new FakeService();
        service.On("GET", FakeService.RunPath("job"), request =>
            FakeService.Json(200, $$"""{"status":"{{(time.Elapsed < TimeSpan.FromHours(2) ? "Running" : "Completed")}}"}""")(request)
        );
        var signIn = new ChosenCredential(
            "t",
            name: null,
            new SignInEnvironment(_ => { }) { Time = time },
            [new CredentialSource("hourly", (_, _) => new CredentialProbe.Ready(new CredentialDescription("the hour"), () => credential))]
        );
        var workspace = await WorkspaceClient.ConnectAsync(service.Connection(signIn), Stop);

        var events = new List<JobEvent>();
        await foreach (var happened in new JobFollower(workspace, new FollowSettings(), time).FollowAsync("job", Stop))
            events.Add(happened);

        Assert.Equal(new JobStatusChanged(JobStatus.Completed), events[^1]);
        Assert.True(credential.Failed);
    }

    /// <summary>Gives tokens that are valid for one hour of the clock.</summary>
    private sealed class HourlyCredential(TimeProvider time) : TokenCredential
    {
        public int Given { get; private set; }

        public int FailsAt { get; init; }

        public bool Failed { get; private set; }

        public DateTimeOffset End { get; private set; }

        public bool IsGood(string? token) => token == $"token-{Given}" && time.GetUtcNow() < End;

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            if (Given + 1 == FailsAt && !Failed)
            {
                Failed = true;
                throw new Azure.Identity.AuthenticationFailedException("failed", new HttpRequestException("No route to host"));
            }

            Given++;
            End = time.GetUtcNow().AddHours(1);
            return new AccessToken($"token-{Given}", End);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }

    /// <summary>Refuses requests with an expired token.</summary>
    private sealed class TokenCheck(HourlyCredential credential) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Headers.Authorization is null || credential.IsGood(request.Headers.Authorization.Parameter)
                ? base.SendAsync(request, cancellationToken)
                : Task.FromResult(
                    new HttpResponseMessage(HttpStatusCode.Unauthorized)
                    {
                        RequestMessage = request,
                        Content = new StringContent("the token has expired"),
                    }
                );
    }
}
