using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Creates and sends the requests to one registry.</summary>
/// <param name="pipeline">Carries sign-in, retries and logging.</param>
/// <param name="endpoint">The registry.</param>
/// <param name="apiVersion">Sent with the calls that are Azure's own; the OCI ones have no version.</param>
internal sealed class RegistryRequests(HttpPipeline pipeline, Uri endpoint, string apiVersion)
{
    public HttpPipeline Pipeline => pipeline;

    public Uri Endpoint => endpoint;

    public HttpMessage Create(RequestMethod method, string path, params ReadOnlySpan<(string Name, string? Value)> query)
    {
        var message = pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(endpoint);
        message.Request.Uri.AppendPath(path, escape: false);
        foreach (var (name, value) in query)
        {
            if (value is not null)
                message.Request.Uri.AppendQuery(name, value, escapeValue: true);
        }

        if (!path.StartsWith("/v2/", StringComparison.Ordinal))
            message.Request.Uri.AppendQuery("api-version", apiVersion, escapeValue: true);

        message.Request.Headers.Add(HttpHeader.Names.Accept, "application/json");
        return message;
    }

    /// <summary>Creates a request to an address from the registry: a page or an upload. The address may be relative.</summary>
    public HttpMessage CreateFollowing(RequestMethod method, string location)
    {
        var message = pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(new Uri(endpoint, location));
        message.Request.Headers.Add(HttpHeader.Names.Accept, "application/json");
        return message;
    }

    /// <exception cref="RequestFailedException">The registry responded with another status than <paramref name="expected"/>.</exception>
    public async Task<Response> SendAsync(HttpMessage message, CancellationToken cancellationToken, params int[] expected)
    {
        await pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        return Array.IndexOf(expected, message.Response.Status) >= 0
            ? message.Response
            : throw await RegistryErrors.ReadAsync(message, cancellationToken).ConfigureAwait(false);
    }

    public async Task<JsonDocument> ReadAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        var response = await SendAsync(message, cancellationToken, 200).ConfigureAwait(false);
        return JsonDocument.Parse(response.Content);
    }

    /// <summary>
    /// Formats a path below the root. Repository names keep their slashes; everything else is escaped, so that no name reaches another
    /// resource.
    /// </summary>
    public static string PathOf(string prefix, string repositoryName, string suffix = "", string? last = null)
    {
        var name = string.Join('/', repositoryName.Split('/').Select(Uri.EscapeDataString));
        // A digest is written with its colon, as the registries print it.
        return $"{prefix}{name}{suffix}{(last is null ? "" : Uri.EscapeDataString(last).Replace("%3A", ":", StringComparison.Ordinal))}";
    }
}
