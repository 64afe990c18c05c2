using Azure;

namespace Workspaces.Http;

/// <summary>Creates exceptions for error responses of streamed requests.</summary>
internal static class BufferedError
{
    /// <summary>
    /// Reads the body of an error response into memory, so that its code and message are available, and creates the exception.
    /// </summary>
    public static async Task<RequestFailedException> CreateAsync(Response response, CancellationToken cancellationToken)
    {
        if (response.ContentStream is { CanSeek: false } content)
        {
            var buffer = new MemoryStream();
            await using (content)
                await content.CopyToAsync(buffer, cancellationToken);

            buffer.Position = 0;
            response.ContentStream = buffer;
        }

        return new RequestFailedException(response);
    }
}
