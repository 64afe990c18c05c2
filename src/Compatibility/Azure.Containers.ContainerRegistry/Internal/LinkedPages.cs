using System.Text.Json;
using Azure.Core;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Lists items whose pages name the next page in a <c>Link: &lt;address&gt;; rel="next"</c> header.</summary>
/// <param name="requests">Where the pages come from.</param>
/// <param name="first">Creates the request for the first page from a page size, which may be null.</param>
/// <param name="read">The items of one page.</param>
/// <param name="cancellationToken">Cancels the request and its retries.</param>
internal sealed class LinkedPages<T>(
    RegistryRequests requests,
    Func<int?, HttpMessage> first,
    Func<JsonElement, IEnumerable<T>> read,
    CancellationToken cancellationToken
) : AsyncPageable<T>(cancellationToken)
    where T : notnull
{
    public override async IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null)
    {
        do
        {
            using var message = continuationToken is null
                ? first(pageSizeHint)
                : requests.CreateFollowing(RequestMethod.Get, continuationToken);
            var response = await requests.SendAsync(message, CancellationToken, 200).ConfigureAwait(false);
            using var page = JsonDocument.Parse(response.Content);
            continuationToken = NextOf(response);
            yield return Page<T>.FromValues([.. read(page.RootElement)], continuationToken, response);
        } while (continuationToken is not null);
    }

    private static string? NextOf(Response response)
    {
        if (!response.Headers.TryGetValue("Link", out var link))
            return null;

        var start = link.IndexOf('<', StringComparison.Ordinal);
        var end = link.IndexOf('>', StringComparison.Ordinal);
        return start >= 0 && end > start && link[end..].Contains("next", StringComparison.OrdinalIgnoreCase)
            ? link[(start + 1)..end]
            : null;
    }
}
