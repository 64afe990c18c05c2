using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Workspaces.DataPlane;

/// <summary>What the data plane clients share: how a GET is sent and its JSON read.</summary>
internal static class DataPlaneRequests
{
    /// <param name="pipeline">Signs, retries and sends.</param>
    /// <param name="address">Base URI, or a link to a next page.</param>
    /// <param name="path">Appended to the base as it is: escape what comes from outside.</param>
    /// <param name="query">Parameters; those with a null value are left out.</param>
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
            {
                message.Request.Uri.AppendQuery(name, value);
            }
        }

        return message;
    }

    /// <exception cref="RequestFailedException">The service answered other than 200.</exception>
    public static async Task<T> ReadJsonAsync<T>(
        this HttpPipeline pipeline,
        HttpMessage message,
        Func<JsonElement, T> read,
        CancellationToken cancellationToken
    )
    {
        await pipeline.SendAsync(message, cancellationToken);
        if (message.Response.Status != 200)
        {
            throw new RequestFailedException(message.Response);
        }

        using var body = JsonDocument.Parse(message.Response.Content);
        return read(body.RootElement);
    }

    public static string? Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The member as an array; empty when it is absent or null.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    /// <summary>The member as a map of texts; empty when it is absent or null.</summary>
    public static IReadOnlyDictionary<string, string> TextMap(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
            ? value
                .EnumerateObject()
                .Where(member => member.Value.ValueKind == JsonValueKind.String)
                .ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal)
            : new Dictionary<string, string>(StringComparer.Ordinal);
}
