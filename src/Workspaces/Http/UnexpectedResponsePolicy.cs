using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Workspaces.Http;

/// <summary>Fails on responses that did not come from the service: redirects, and web pages of a proxy where JSON was requested.</summary>
internal sealed class UnexpectedResponsePolicy : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("Only asynchronous requests are supported.");

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        var response = message.Response;
        if (
            response.Status is 301 or 302 or 303 or 307 or 308
            || (response.Status is >= 200 and < 300 && IsWebPage(response) && WantsJson(message.Request))
        )
        {
            throw await BufferedError.CreateAsync(response, message.CancellationToken);
        }
    }

    public static bool IsWebPage(Response response) =>
        response.Headers.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true;

    private static bool WantsJson(Request request) =>
        request.Headers.TryGetValue(HttpHeader.Names.Accept, out var accept)
        && accept.StartsWith("application/json", StringComparison.OrdinalIgnoreCase);
}
