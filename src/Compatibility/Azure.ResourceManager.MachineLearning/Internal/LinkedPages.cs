using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure.Core;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>A list whose pages name the next one in <c>nextLink</c>.</summary>
internal sealed class LinkedPages<T>(
    ArmRequests requests,
    Func<HttpMessage> first,
    string itemsName,
    Func<JsonElement, T> read,
    CancellationToken cancellationToken
) : AsyncPageable<T>(cancellationToken)
    where T : notnull
{
    public override IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null) =>
        ReadPagesAsync(continuationToken, CancellationToken);

    private async IAsyncEnumerable<Page<T>> ReadPagesAsync(string? link, [EnumeratorCancellation] CancellationToken cancellation)
    {
        do
        {
            using var message = string.IsNullOrEmpty(link) ? first() : requests.CreateFollowing(link);
            var response = await requests.SendAsync(message, cancellation).ConfigureAwait(false);
            using var document = JsonDocument.Parse(response.Content);
            var items = document.RootElement.List(itemsName, read);
            link = document.RootElement.Text("nextLink");
            yield return Page<T>.FromValues(items, string.IsNullOrEmpty(link) ? null : link, response);
        } while (!string.IsNullOrEmpty(link));
    }
}
