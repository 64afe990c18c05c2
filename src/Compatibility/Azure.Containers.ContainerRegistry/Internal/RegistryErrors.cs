using System.Text.Json;
using Azure.Core;

namespace Azure.Containers.ContainerRegistry;

/// <summary>
/// Creates the exception for an unexpected response. The first line of its message is
/// <c>GET {uri} returned 404: MANIFEST_UNKNOWN: manifest unknown</c>; Azure.Core's own details follow.
/// </summary>
internal static class RegistryErrors
{
    public static async Task<RequestFailedException> ReadAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        await BufferAsync(message.Response, cancellationToken).ConfigureAwait(false);
        return new RequestFailedException(message.Response, innerException: null, new Parser(message));
    }

    // Bodies of blobs are streamed, and so is an error in place of a blob.
    private static async Task BufferAsync(Response response, CancellationToken cancellationToken)
    {
        if (response.ContentStream is { CanSeek: false } stream)
        {
            var buffer = new MemoryStream();
            await stream.CopyToAsync(buffer, cancellationToken).ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
            buffer.Position = 0;
            response.ContentStream = buffer;
        }
    }

    private sealed class Parser(HttpMessage message) : RequestFailedDetailsParser
    {
        public override bool TryParse(Response response, out ResponseError? error, out IDictionary<string, string>? data)
        {
            var errors = Read(response);
            // The query is omitted: it holds the signature of a storage address, or the state of an upload.
            var address = message.Request.Uri.ToUri().GetLeftPart(UriPartial.Path);
            var found = errors.Count > 0 ? string.Join("; ", errors.Select(item => $"{item.Code}: {item.Message}")) : response.ReasonPhrase;
            error = new ResponseError(
                errors.Count > 0 ? errors[0].Code : null,
                $"{message.Request.Method} {address} returned {response.Status}: {found}"
            );
            data = null;
            return true;
        }

        private static List<(string Code, string Message)> Read(Response response)
        {
            try
            {
                using var body = JsonDocument.Parse(response.Content);
                return
                [
                    .. body
                        .RootElement.Items("errors")
                        .Select(item => (item.Text("code") ?? "UNKNOWN", item.Text("message") ?? "no message")),
                ];
            }
            catch (JsonException)
            {
                // HEAD has no body, and a proxy's page is not JSON: the status must do.
                return [];
            }
        }
    }
}
