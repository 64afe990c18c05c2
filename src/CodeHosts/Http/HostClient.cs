using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Workspaces.Errors;
using Workspaces.Http;

namespace CodeHosts.Http;

/// <summary>Sends requests to a code host, on the pipeline of the project's other services.</summary>
internal sealed partial class HostClient
{
    /// <summary>The most pages of a list; a host that returns more is broken.</summary>
    private const int MostPages = 200;

    private readonly HostSettings settings;
    private readonly HttpPipeline pipeline;

    /// <exception cref="CodeHostException">The token would be sent in the clear.</exception>
    public HostClient(HostSettings settings)
    {
        this.settings = settings;
        if (settings.Address.Scheme != Uri.UriSchemeHttps && !settings.Address.IsLoopback)
            throw new CodeHostException($"The code host is {settings.Address.GetLeftPart(UriPartial.Path)}; it must be https.");
        pipeline = ServicePipelines.Build(settings.Transport, settings.Retries);
    }

    /// <summary>Sends a request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below the base address, with its query, or an absolute address of the same host.</param>
    /// <param name="body">The body: JSON or bytes; null for none.</param>
    /// <param name="accepted">The statuses that the caller handles beside 2xx.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="CodeHostException">The host refused, or did not respond.</exception>
    public async Task<HostResponse> SendAsync(
        RequestMethod method,
        string path,
        object? body,
        IReadOnlyCollection<int> accepted,
        CancellationToken cancellationToken
    )
    {
        using var message = pipeline.CreateMessage();
        var request = message.Request;
        request.Method = method;
        request.Uri.Reset(new Uri(settings.Address, path));
        request.Headers.Add("Accept", settings.Accept);
        foreach (var (name, value) in settings.Headers)
            request.Headers.Add(name, value);
        // A next page of another host must not be given the token.
        if (settings.Token is { } token && IsSameHost(request.Uri.ToUri()))
            request.Headers.Add("Authorization", $"Bearer {token}");
        if (body is byte[] bytes)
        {
            request.Headers.Add("Content-Type", "application/octet-stream");
            request.Content = RequestContent.Create(bytes);
        }
        else if (body is JsonNode json)
        {
            request.Headers.Add("Content-Type", "application/json");
            request.Content = RequestContent.Create(BinaryData.FromString(json.ToJsonString()));
        }

        var response = await ReceiveAsync(message, cancellationToken);
        return response.Status is >= 200 and < 300 || accepted.Contains(response.Status)
            ? new HostResponse(response.Status, BodyOf(response) ?? default, NextOf(response))
            : throw Refused(response);
    }

    /// <summary>Reads a list page by page, along the links of the host.</summary>
    /// <param name="path">The path of the first page.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async IAsyncEnumerable<JsonElement> ReadPagesAsync(
        string path,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var next = path;
        for (var page = 0; next is not null && page < MostPages; page++)
        {
            var response = await SendAsync(RequestMethod.Get, next, body: null, [], cancellationToken);
            foreach (var item in response.Body.Items())
                yield return item;
            next = response.Next is { } address && IsSameHost(address) ? address.AbsoluteUri : null;
        }
    }

    private async Task<Response> ReceiveAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await pipeline.SendAsync(message, cancellationToken);
            return message.Response;
        }
        catch (RequestFailedException exception) when (exception.GetRawResponse() is { } response)
        {
            throw Refused(response);
        }
        catch (Exception exception) when (ServiceErrors.Describe(exception, cancellationToken) is { } described)
        {
            throw new CodeHostException(Hide(described.Answer ?? described.Message), described.Status);
        }
    }

    private CodeHostException Refused(Response response)
    {
        var line = RequestTracker.RequestLineOf(response) ?? "The request";
        var failure = new HostFailure(line, response.Status, BodyOf(response), UnexpectedResponsePolicy.IsWebPage(response), name =>
            response.Headers.TryGetValue(name, out var value) ? value : null
        );
        return new CodeHostException(Hide(settings.Explain(failure)), response.Status);
    }

    // A host may repeat what it was sent.
    private string Hide(string text)
    {
        var shown = Secrets.Scrub(text);
        return settings.Token is { Length: > 0 } token ? shown.Replace(token, "***", StringComparison.Ordinal) : shown;
    }

    private bool IsSameHost(Uri address) =>
        Uri.Compare(address, settings.Address, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static JsonElement? BodyOf(Response response)
    {
        if (response.ContentStream is not { CanSeek: true } || response.Content.ToMemory().IsEmpty)
            return null;
        try
        {
            using var document = JsonDocument.Parse(response.Content.ToMemory());
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null; // The text of a proxy, or a page: the status says enough.
        }
    }

    private static Uri? NextOf(Response response) =>
        response.Headers.TryGetValue("Link", out var links)
        && NextLink().Match(links) is { Success: true } match
        && Uri.TryCreate(match.Groups["address"].Value, UriKind.Absolute, out var address)
            ? address
            : null;

    [GeneratedRegex("<(?<address>[^>]*)>[^<]*;\\s*rel=\"?next\"?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NextLink();
}
