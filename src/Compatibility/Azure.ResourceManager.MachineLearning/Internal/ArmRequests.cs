using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>Creates and sends the requests about one resource type.</summary>
/// <param name="pipeline">Carries the credential, retries and logging.</param>
/// <param name="endpoint">Endpoint of ARM.</param>
/// <param name="applicationId">Goes into the User-Agent header.</param>
/// <param name="apiVersion">The version that the client's options name; null takes <see cref="DefaultApiVersion"/>.</param>
internal sealed class ArmRequests(HttpPipeline pipeline, Uri endpoint, string? applicationId, string? apiVersion)
{
    public const string DefaultApiVersion = "2024-10-01";

    private readonly TelemetryDetails userAgent = new(typeof(ArmRequests).Assembly, applicationId);
    private readonly string apiVersion = apiVersion ?? DefaultApiVersion;

    /// <summary>
    /// Returns the path below a resource. Names are escaped, so that none can reach another resource. ResourceGroupResource
    /// writes its ids with <c>resourcegroups</c>; requests spell it as the service does.
    /// </summary>
    public static string PathOf(ResourceIdentifier id, params ReadOnlySpan<string> below)
    {
        var path = string.Join('/', id.ToString().Split('/').Select(Uri.EscapeDataString))
            .Replace("/resourcegroups/", "/resourceGroups/", StringComparison.Ordinal);
        foreach (var segment in below)
            path += "/" + Uri.EscapeDataString(segment);

        return path;
    }

    /// <summary>Returns a boolean as the service writes it in a query.</summary>
    public static string? Text(bool? value) =>
        value switch
        {
            true => "true",
            false => "false",
            null => null,
        };

    public static string? Text(int? value) => value?.ToString();

    public HttpMessage Create(
        RequestMethod method,
        string path,
        IJsonWritable? body = null,
        params IEnumerable<(string Name, string? Value)> query
    )
    {
        var message = CreateMessage(method);
        message.Request.Uri.Reset(endpoint);
        message.Request.Uri.AppendPath(path, escape: false);
        message.Request.Uri.AppendQuery("api-version", apiVersion, escapeValue: true);
        foreach (var (name, value) in query)
        {
            if (value is not null)
                message.Request.Uri.AppendQuery(name, value, escapeValue: true);
        }

        if (body is not null)
        {
            message.Request.Headers.Add("Content-Type", "application/json");
            message.Request.Content = JsonWriting.ToContent(body);
        }

        return message;
    }

    /// <summary>Creates a GET of an address that the service gave: the next page, or the status of an operation.</summary>
    public HttpMessage CreateFollowing(string link)
    {
        var message = CreateMessage(RequestMethod.Get);
        message.Request.Uri.Reset(new Uri(endpoint, link));
        if (!message.Request.Uri.Query.Contains("api-version=", StringComparison.OrdinalIgnoreCase))
            message.Request.Uri.AppendQuery("api-version", apiVersion, escapeValue: true);

        return message;
    }

    /// <exception cref="RequestFailedException">The service responded with an error; the exception carries its code and
    /// message.</exception>
    public async Task<Response> SendAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        await pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        return message.Response.IsError ? throw new RequestFailedException(message.Response) : message.Response;
    }

    /// <summary>Sends a request and returns the response whatever its status.</summary>
    public async ValueTask<Response> TrySendAsync(HttpMessage message, bool async, CancellationToken cancellationToken)
    {
        if (async)
            await pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        else
            pipeline.Send(message, cancellationToken);

        return message.Response;
    }

    private HttpMessage CreateMessage(RequestMethod method)
    {
        var message = pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Headers.Add("Accept", "application/json");
        userAgent.Apply(message);
        return message;
    }
}
