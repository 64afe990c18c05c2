using System.Net.Sockets;

namespace Build.Docker;

/// <summary>Asks whether a Docker engine answers, without starting a client: an unanswered question costs 300 ms and no more.</summary>
public static class EngineProbe
{
    private const string DefaultSocket = "unix:///var/run/docker.sock";
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    /// <summary>Where the engine is: DOCKER_HOST, or Docker's usual socket.</summary>
    public static string Address(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return variable("DOCKER_HOST") is { Length: > 0 } address ? address : DefaultSocket;
    }

    /// <param name="address"><c>unix:///path</c>. Engines on other machines cannot mount folders of this one and are not asked.</param>
    /// <param name="cancellationToken">Stops the question.</param>
    /// <returns>Null when it answers, else why it does not, to be read after its address.</returns>
    public static async Task<string?> FindFaultAsync(string address, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        const string Unix = "unix://";
        if (!address.StartsWith(Unix, StringComparison.Ordinal))
            return "is not an engine of this machine";
        var path = address[Unix.Length..];
        if (!File.Exists(path))
            return "does not answer";

        using var http = new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectCallback = async (_, token) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    try
                    {
                        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                        return new NetworkStream(socket, ownsSocket: true);
                    }
                    catch
                    {
                        socket.Dispose();
                        throw;
                    }
                },
            }
        );
        return await FindFaultAsync(http, new Uri("http://docker/_ping"), answer => answer.IsSuccessStatusCode, cancellationToken);
    }

    /// <summary>Asks whether a registry answers; what it answers, and to whom, does not matter here.</summary>
    /// <param name="registry">Host, with its port when it has one.</param>
    /// <param name="cancellationToken">Stops the question.</param>
    /// <returns>As for the engine.</returns>
    public static async Task<string?> FindRegistryFaultAsync(string registry, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(registry);
        var isLoopback = new Uri($"http://{registry}/").IsLoopback;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = !isLoopback, AllowAutoRedirect = false });
        var address = new Uri($"{(isLoopback ? "http" : "https")}://{registry}/v2/");
        // Anything with a status is a registry, or something that knows of one; a sign-in comes later.
        return await FindFaultAsync(http, address, answer => (int)answer.StatusCode is 200 or 401 or 403, cancellationToken);
    }

    private static async Task<string?> FindFaultAsync(
        HttpClient http,
        Uri address,
        Func<HttpResponseMessage, bool> isRight,
        CancellationToken cancellationToken
    )
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var answer = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            return isRight(answer) ? null : $"answers {(int)answer.StatusCode}";
        }
        catch (Exception error)
            when (error is HttpRequestException or IOException
                || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return "does not answer";
        }
    }
}
