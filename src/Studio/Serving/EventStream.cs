using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Studio.Queries;

namespace Studio.Serving;

/// <summary>Sends what changes in the store as server-sent events.</summary>
internal static class EventStream
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Sends events until the reader or the server ends it. The changes of the past are not kept, so that a reader who comes back is told
    /// to load everything again.
    /// </summary>
    public static async Task SendAsync(HttpContext context, StudioSite site)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, site.Stopping);
        var response = context.Response;
        response.ContentType = "text/event-stream; charset=utf-8";
        var changes = new Changes(site.Store);
        using var timer = new PeriodicTimer(Interval, site.Time);
        try
        {
            var id = 0L;
            await WriteAsync(
                response,
                context.Request.Headers["Last-Event-ID"].Count > 0 ? Format("reset", [], ++id) : ": open\n\n",
                ending.Token
            );
            var last = site.Time.GetTimestamp();
            while (await timer.WaitForNextTickAsync(ending.Token))
            {
                var text = new StringBuilder();
                foreach (var (kind, data) in changes.Next(site.Store, site.Time.GetUtcNow()))
                    text.Append(Format(kind, data, ++id));
                if (text.Length == 0 && site.Time.GetElapsedTime(last) >= Silence)
                    text.Append(": still here\n\n");
                if (text.Length == 0)
                    continue;
                await WriteAsync(response, text.ToString(), ending.Token);
                last = site.Time.GetTimestamp();
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has left, or the server stops.
        }
    }

    // JSON has no line ends of its own, so that one line holds it.
    private static string Format(string kind, JsonObject data, long id) =>
        string.Create(CultureInfo.InvariantCulture, $"id: {id}\nevent: {kind}\ndata: {data.ToJsonString()}\n\n");

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken cancellationToken)
    {
        await response.WriteAsync(text, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
