using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Experiments.Plans;
using Workspaces.Connection;
using Workspaces.Deployments.Requests;
using Workspaces.Http;

namespace Fixtures.Services;

/// <summary>A request as it was sent.</summary>
public sealed record SentRequest(string Method, Uri Uri, string Body)
{
    public string Line => $"{Method} {Uri.AbsolutePath}";
}

/// <summary>
/// Replaces the service behind a <see cref="WorkspaceClient"/>. Responses are set by method and path; anything else is 404.
/// </summary>
public sealed class FakeService : HttpMessageHandler
{
    public const string Token = "planted-token-7f3a";

    private readonly ConcurrentDictionary<string, Func<SentRequest, HttpResponseMessage>> answers = new(StringComparer.Ordinal);

    public FakeService()
    {
        var workspace = $$$"""
            {"id":"{{{WorkspaceId}}}","name":"vision","location":"westeurope","properties":{"discoveryUrl":"https://localhost:1/discovery",
             "mlFlowTrackingUri":"azureml://localhost:1/mlflow/v1.0{{{WorkspaceId}}}"}}
            """;
        On("GET", WorkspaceId, Json(200, workspace));
        On("GET", "/discovery", Json(200, """{"api":"https://localhost:1"}"""));
    }

    public static WorkspaceAddress Address { get; } =
        new(new Uri("https://localhost:1"), null, "00000000-0000-0000-0000-000000000001", "team", "vision", "westeurope");

    public static string WorkspaceId =>
        $"/subscriptions/{Address.SubscriptionId}/resourceGroups/team/providers/Microsoft.MachineLearningServices/workspaces/vision";

    public static string RunPath(string job) => $"/history/v1.0{WorkspaceId}/runs/{job}/details";

    /// <summary>Responds to what has no response of its own; null, or a result of null, is 404.</summary>
    public Func<SentRequest, HttpResponseMessage?>? Otherwise { get; set; }

    /// <summary>Every request since the connection was opened.</summary>
    public ConcurrentQueue<SentRequest> Sent { get; } = new();

    public static Func<SentRequest, HttpResponseMessage> Json(int status, string body, params (string Name, string Value)[] headers) =>
        _ =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            };
            foreach (var (name, value) in headers)
                response.Headers.TryAddWithoutValidation(name, value);

            return response;
        };

    public void On(string method, string path, Func<SentRequest, HttpResponseMessage> answer) => answers[$"{method} {path}"] = answer;

    /// <summary>Sets responses in turn; the last one repeats.</summary>
    public void OnEach(string method, string path, params Func<SentRequest, HttpResponseMessage>[] turns)
    {
        var next = 0;
        On(method, path, request => turns[Math.Min(next++, turns.Length - 1)](request));
    }

    public WorkspaceConnection Connection(TokenCredential? credential = null) =>
        new(Address, credential ?? new FixedCredential(Token))
        {
            Transport = new HttpClientTransport(new HttpClient(this, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan }),
            Retries = RetrySettings.Default with { Delay = TimeSpan.FromMilliseconds(1) },
        };

    /// <summary>Returns a connection to the subscription of <see cref="Address"/>.</summary>
    public SubscriptionConnection Subscription() =>
        new(Address.Endpoint, Address.SubscriptionId, new FixedCredential(Token))
        {
            Transport = new HttpClientTransport(new HttpClient(this, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan }),
            Retries = RetrySettings.Default with { Delay = TimeSpan.FromMilliseconds(1) },
        };

    public async Task<WorkspaceClient> ConnectAsync()
    {
        var client = await WorkspaceClient.ConnectAsync(Connection(), TestContext.Current.CancellationToken);
        Sent.Clear();
        return client;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var range = request.Headers.Range?.ToString() ?? "";
        var sent = new SentRequest(request.Method.Method, request.RequestUri!, request.Method == HttpMethod.Get ? range : body);
        Sent.Enqueue(sent);
        var response = answers.GetValueOrDefault(sent.Line)?.Invoke(sent)
            ?? Otherwise?.Invoke(sent)
            ?? Json(404, $$$"""{"error":{"code":"ResourceNotFound","message":"Nothing at {{{sent.Uri.AbsolutePath}}}."}}""")(sent);
        response.RequestMessage = request;
        return response;
    }

    public sealed class FixedCredential(string token) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(token, DateTimeOffset.UtcNow.AddHours(1));

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }
}
