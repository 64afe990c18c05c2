using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Containers;

/// <summary>Sends requests to a Docker engine over its socket, in the version of the API that the engine speaks.</summary>
internal sealed class DockerConnection : IDisposable
{
    /// <summary>Time for an answer that needs no work of the engine.</summary>
    private static readonly TimeSpan PingLimit = TimeSpan.FromSeconds(10);

    /// <summary>Time for an answer that needs some: a container is made, stopped or removed.</summary>
    private static readonly TimeSpan CallLimit = TimeSpan.FromMinutes(2);

    private readonly string _host;
    private readonly string _path;
    private readonly HttpClient _http;
    private string? _version;

    /// <param name="host"><c>unix:///PATH</c>.</param>
    public DockerConnection(string host)
    {
        _host = host;
        _path = host["unix://".Length..];
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://docker/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Sends a request and reads its answer as JSON; null when the answer has no body.</summary>
    /// <exception cref="EngineException">The engine refused it or did not answer.</exception>
    public async Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(method, path, body, [], CallLimit, cancellationToken);
        var text = await ReadTextAsync(response, cancellationToken);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    /// <summary>Sends a request whose answer arrives piece by piece, for as long as that takes.</summary>
    /// <exception cref="EngineException">The engine refused it or did not answer.</exception>
    public async Task<EngineStream> StreamAsync(
        HttpMethod method,
        string path,
        IEnumerable<KeyValuePair<string, string>> headers,
        CancellationToken cancellationToken
    )
    {
        var response = await OpenAsync(method, path, null, headers, null, cancellationToken);
        return new(response, await response.Content.ReadAsStreamAsync(cancellationToken));
    }

    /// <summary>What a connection that broke while it was read means.</summary>
    public EngineException Lost(Exception error) =>
        new(
            $"The Docker engine at {_host} stopped answering ({error.Message}). Look at the engine's own log, start it again, and submit the job again.",
            null,
            error.Message,
            error
        );

    private async Task<HttpResponseMessage> OpenAsync(
        HttpMethod method,
        string path,
        JsonNode? body,
        IEnumerable<KeyValuePair<string, string>> headers,
        TimeSpan? limit,
        CancellationToken cancellationToken
    )
    {
        _version ??= await NegotiateAsync(cancellationToken);
        using var request = new HttpRequestMessage(method, $"{_version}{path}");
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        var response = await SendAsync(request, limit, cancellationToken);
        if (response.IsSuccessStatusCode || (int)response.StatusCode == 304) // Started or stopped already.
            return response;
        using (response)
        {
            var reason = ReasonOf(await ReadTextAsync(response, cancellationToken));
            throw new EngineException(
                $"{method} {path.Split('?')[0]} of the Docker engine returned {(int)response.StatusCode}: {reason}",
                (int)response.StatusCode,
                reason
            );
        }
    }

    // The newest version the engine knows: what is called here has not changed between any of them.
    private async Task<string> NegotiateAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "_ping");
        using var response = await SendAsync(request, PingLimit, cancellationToken);
        return response.Headers.TryGetValues("Api-Version", out var versions) ? $"v{versions.First()}" : "";
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, TimeSpan? limit, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (limit is { } time)
            limited.CancelAfter(time);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited.Token);
        }
        catch (HttpRequestException error)
        {
            throw Explain(error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw DoesNotAnswer($"no answer within {limit!.Value.TotalSeconds} s", error);
        }
    }

    private EngineException Explain(HttpRequestException error)
    {
        if (error.HttpRequestError != HttpRequestError.ConnectionError)
            return Lost(error.InnerException ?? error);
        if (!File.Exists(_path))
            return DoesNotAnswer("there is no such socket", error); // .NET's words for it speak of addresses.
        return error.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied } refused
            ? new EngineException(
                $"The Docker engine at {_host} may not be used by this user ({refused.Message}). Add the user to the group that owns the socket, "
                    + "or run jobs as processes with --runtime=process.",
                null,
                refused.Message,
                error
            )
            : DoesNotAnswer(error.InnerException?.Message ?? error.Message, error);
    }

    private EngineException DoesNotAnswer(string reason, Exception inner) =>
        new(
            $"The Docker engine at {_host} does not answer ({reason}). Start it, for example with `systemctl start docker`, "
                + "or run jobs as processes with --runtime=process.",
            null,
            reason,
            inner
        );

    private async Task<string> ReadTextAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw Lost(error);
        }
    }

    private static string ReasonOf(string body)
    {
        try
        {
            return JsonNode.Parse(body).Text("message") ?? body;
        }
        catch (JsonException)
        {
            return body.Trim(); // A proxy before the engine answers in its own way.
        }
    }
}

/// <summary>An answer that is being read.</summary>
internal sealed class EngineStream(HttpResponseMessage response, Stream content) : IDisposable
{
    public Stream Content { get; } = content;

    public void Dispose()
    {
        Content.Dispose();
        response.Dispose();
    }
}
