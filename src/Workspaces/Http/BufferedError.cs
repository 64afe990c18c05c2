using Azure;

namespace Workspaces.Http;

/// <summary>Error answers of requests whose bodies are read as they arrive.</summary>
internal static class BufferedError
{
    /// <summary>Reads the body of an error answer, so that its code and message can be told, and makes the exception.</summary>
    public static async Task<RequestFailedException> CreateAsync(Response response, CancellationToken cancellationToken)
    {
        if (response.ContentStream is { CanSeek: false } content)
        {
            var buffer = new MemoryStream();
            await using (content)
            {
                await content.CopyToAsync(buffer, cancellationToken);
            }

            buffer.Position = 0;
            response.ContentStream = buffer;
        }

        return new RequestFailedException(response);
    }
}
