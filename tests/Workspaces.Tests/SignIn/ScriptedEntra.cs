using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Workspaces.Tests.SignIn;

/// <summary>
/// Replaces login.microsoftonline.com and the platforms that issue tokens. Responses are set by host and path and given in turn; the last
/// one repeats.
/// </summary>
internal sealed class ScriptedEntra : HttpMessageHandler
{
    public const string Tenant = "11111111-1111-1111-1111-111111111111";
    public const string Client = "33333333-3333-3333-3333-333333333333";
    public const string TokenPath = $"login.microsoftonline.com/{Tenant}/oauth2/v2.0/token";

    private readonly ConcurrentDictionary<string, Queue<Func<HttpResponseMessage>>> answers = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, Action> silent = new(StringComparer.Ordinal);

    /// <summary>Every request sent: method, URI, relevant headers and body.</summary>
    public ConcurrentQueue<string> Sent { get; } = new();

    /// <summary>Host and path of every request.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Creates a token with the given claims, in the form of Microsoft Entra's.</summary>
    public static string TokenOf(string claims, string mark = "c2lnbmF0dXJl") =>
        $"eyJhbGciOiJub25lIn0.{System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.{mark}";

    public static Func<HttpResponseMessage> Json(int status, string body) =>
        () => new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    /// <summary>Creates Entra's response with a token.</summary>
    public static Func<HttpResponseMessage> Token(string token, int seconds = 3600) =>
        Json(200, $$"""{"token_type":"Bearer","expires_in":{{seconds}},"ext_expires_in":{{seconds}},"access_token":"{{token}}"}""");

    /// <summary>Creates Entra's response to a refused sign-in.</summary>
    public static Func<HttpResponseMessage> Refusal(string error, string description) =>
        Json(
            401,
            $$"""
            {"error":"{{error}}","error_description":"{{description}} Trace ID: 1f0c Correlation ID: 2d0c Timestamp: 2026-01-02 03:04:05Z",
             "error_codes":[{{description.Split(':')[0]["AADSTS".Length..]}}],"trace_id":"1f0c","correlation_id":"2d0c"}
            """
        );

    public ScriptedEntra On(string hostAndPath, params Func<HttpResponseMessage>[] turns)
    {
        answers[hostAndPath] = new Queue<Func<HttpResponseMessage>>(turns);
        return this;
    }

    /// <summary>Compares every request sent with a file of the tests.</summary>
    public void SentMatches(string file) =>
        Assert.Equal(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Requests", file)).ReplaceLineEndings("\n").Trim(),
            string.Join("\n\n", Sent)
        );

    /// <summary>Leaves requests to this address without a response; <paramref name="asked"/> runs when one arrives.</summary>
    public void OnSilence(string hostAndPath, Action asked) => silent[hostAndPath] = asked;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var lines = new List<string> { $"{request.Method} {request.RequestUri}" };
        // The other headers name the library's build or number the requests.
        foreach (var name in new[] { "Accept", "Authorization", "Metadata", "X-TFS-FedAuthRedirect" })
        {
            if (request.Headers.TryGetValues(name, out var values))
                lines.Add($"{name}: {string.Join(",", values)}");
        }

        if (request.Content is { } content && await content.ReadAsStringAsync(cancellationToken) is { Length: > 0 } body)
            lines.AddRange(body.Split('&'));
        Sent.Enqueue(string.Join('\n', lines));
        var address = request.RequestUri!.Host + request.RequestUri.AbsolutePath;
        Asked.Enqueue(address);
        if (silent.TryGetValue(address, out var asked))
        {
            asked();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        if (!answers.TryGetValue(address, out var turns))
            throw new HttpRequestException($"No route to host ({request.RequestUri.Authority})");
        var response = (turns.Count > 1 ? turns.Dequeue() : turns.Peek())();
        response.RequestMessage = request;
        return response;
    }
}
