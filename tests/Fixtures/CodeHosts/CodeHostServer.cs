using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Fixtures.Network;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Fixtures.CodeHosts;

/// <summary>
/// A server of a code host on a loopback port. It records every request. A test can script the responses to the next ones.
/// </summary>
public abstract class CodeHostServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<ScriptedResponse> scripted = new();
    private readonly Lock holding = new();
    private HeldRequest? held;
    private LoopbackServer? server;

    /// <summary>The token that the server accepts. Tests search every output for it.</summary>
    public string Token { get; init; } = "planted-host-token-93cd1f";

    /// <summary>The clock of the server.</summary>
    public DateTimeOffset Now { get; set; } = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Every request, in order.</summary>
    public ConcurrentQueue<HostRequest> Requests { get; } = new();

    /// <summary>The base address, which ends in a slash.</summary>
    public Uri Address => server!.Address;

    /// <summary>Returns another response to the next request whose method and path begin so, once.</summary>
    /// <param name="start">Method and path, as in <c>PATCH /repos/</c>.</param>
    /// <param name="status">The status.</param>
    /// <param name="body">The body.</param>
    /// <param name="contentType">Its type.</param>
    /// <param name="headers">Further headers.</param>
    public void Script(
        string start,
        int status,
        string body,
        string contentType = "application/json",
        params (string Name, string Value)[] headers
    ) => scripted.Enqueue(new(start, status, body, contentType, headers));

    /// <summary>Holds one of the next requests back, before the server takes it, and lets all others pass.</summary>
    /// <param name="after">The number of requests that pass first.</param>
    public HeldRequest Hold(int after)
    {
        lock (holding)
            return held = new HeldRequest(after);
    }

    /// <summary>The bodies of the requests whose method and path begin so.</summary>
    public IReadOnlyList<string> Bodies(string start) =>
        [.. Requests.Where(request => request.Line.StartsWith(start, StringComparison.Ordinal)).Select(request => request.Body)];

    /// <summary>Starts to listen.</summary>
    protected async Task ListenAsync(CancellationToken cancellationToken) =>
        server = await LoopbackServer.StartAsync(isHttps: false, app => app.Run(AnswerAsync), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Responds to a request that no test has scripted.</summary>
    /// <param name="request">The request.</param>
    /// <param name="context">The request and response of the server, for queries and headers.</param>
    protected abstract HostAnswer Answer(HostRequest request, HttpContext context);

    /// <summary>Writes a point in time as both hosts write it.</summary>
    protected static string Show(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var request = new HostRequest(
            context.Request.Method,
            context.Request.Path.Value ?? "/",
            context.Request.QueryString.Value ?? "",
            body
        );
        if (TakeHeld() is { } one)
            await one.HoldAsync(context.RequestAborted);
        Requests.Enqueue(request);
        var answer = FindScripted(request) is { } next
            ? new(next.Status, next.Body) { ContentType = next.ContentType, Headers = next.Headers }
            : AnswerInTurn(request, context);
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers[name] = value;
        if (answer.Status == 204)
            return;
        context.Response.ContentType = answer.ContentType;
        await context.Response.WriteAsync(answer.Body, context.RequestAborted);
    }

    private HeldRequest? TakeHeld()
    {
        lock (holding)
        {
            if (held is not { } next || !next.IsNext())
                return null;
            held = null;
            return next;
        }
    }

    private ScriptedResponse? FindScripted(HostRequest request) =>
        scripted.TryPeek(out var next) && request.Line.StartsWith(next.Start, StringComparison.Ordinal) && scripted.TryDequeue(out next)
            ? next
            : null;

    private HostAnswer AnswerInTurn(HostRequest request, HttpContext context)
    {
        lock (Requests)
            return Answer(request, context);
    }

    private sealed record ScriptedResponse(
        string Start,
        int Status,
        string Body,
        string ContentType,
        IReadOnlyList<(string Name, string Value)> Headers
    );
}
