using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Wire;

/// <summary>Splits lists into pages. <c>$skip</c> is ARM's opaque token, here the number of items before the page.</summary>
internal static class Paging
{
    private const int PageSize = 30;

    /// <summary>Returns the <c>count</c> of a request, else the page size of the service.</summary>
    public static int SizeOf(HttpRequest request) =>
        int.TryParse(request.Query["count"], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : PageSize;

    public static JsonObject Page(HttpRequest request, Uri endpoint, IReadOnlyList<JsonObject> items, int pageSize = PageSize)
    {
        var skip = int.TryParse(request.Query["$skip"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var page = new JsonObject { ["value"] = items.Skip(skip).Take(pageSize).ToJsonArray() };
        if (skip + pageSize < items.Count)
        {
            var query = request
                .Query.Where(pair => pair.Key != "$skip")
                .SelectMany(pair => pair.Value, (pair, value) => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(value ?? "")}")
                .Append($"$skip={skip + pageSize}");
            page["nextLink"] = $"{endpoint.GetLeftPart(UriPartial.Authority)}{request.PathBase}{request.Path}?{string.Join('&', query)}";
        }

        return page;
    }
}
