using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Workspaces.DataPlane;

/// <summary>Sends GET requests of the data plane clients and reads their JSON.</summary>
internal static class DataPlaneRequests
{
    /// <summary>Creates a GET request.</summary>
    /// <param name="pipeline">Signs, retries and sends.</param>
    /// <param name="address">Base URI, or a link to a next page.</param>
    /// <param name="path">Appended to the base unescaped: the caller escapes what comes from outside.</param>
    /// <param name="query">Query parameters; those with a null value are omitted.</param>
    public static HttpMessage CreateGet(
        this HttpPipeline pipeline,
        Uri address,
        string path,
        params ReadOnlySpan<(string Name, string? Value)> query
    )
    {
        var message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Get;
        message.Request.Headers.Add("Accept", "application/json");
        message.Request.Uri.Reset(address);
        message.Request.Uri.AppendPath(path, escape: false);
        foreach (var (name, value) in query)
        {
            if (value is not null)
                message.Request.Uri.AppendQuery(name, value);
        }

        return message;
    }

    /// <summary>Sends a request and reads its JSON response.</summary>
    /// <exception cref="RequestFailedException">The service responded other than 200.</exception>
    public static async Task<T> ReadJsonAsync<T>(
        this HttpPipeline pipeline,
        HttpMessage message,
        Func<JsonElement, T> read,
        CancellationToken cancellationToken
    )
    {
        await pipeline.SendAsync(message, cancellationToken);
        if (message.Response.Status != 200)
            throw new RequestFailedException(message.Response);

        using var body = JsonDocument.Parse(message.Response.Content);
        return read(body.RootElement);
    }

    /// <summary>Returns a member's text; null when it is missing or not a text.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Returns the items of an array member; empty when it is missing or null.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    /// <summary>Returns an object member as a map of its texts; empty when it is missing or null.</summary>
    public static IReadOnlyDictionary<string, string> TextMap(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
            ? value
                .EnumerateObject()
                .Where(member => member.Value.ValueKind == JsonValueKind.String)
                .ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal)
            : new Dictionary<string, string>(StringComparer.Ordinal);
}
