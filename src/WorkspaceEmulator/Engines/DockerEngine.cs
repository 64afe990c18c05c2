using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Docker.DotNet;
using Docker.DotNet.Models;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Engines;

/// <summary>Makes the few calls of the Docker Engine API that run a job, in the engine's version of the API.</summary>
/// <remarks>
/// Every call throws <see cref="EngineException"/>. The client is created by the first call, so that an emulator that runs no container
/// does not load it.
/// Source: Docker Engine API, <see href="https://docs.docker.com/reference/api/engine/"/>.
/// </remarks>
/// <param name="host">Socket of the engine: <c>unix:///PATH</c>.</param>
internal sealed class DockerEngine(string host) : IDisposable
{
    private const int KilledCode = 137; // 128 and the number of KILL
    private const int MostReads = 5;
    private static readonly TimeSpan ReadInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait for a response that needs no work of the engine.</summary>
    private static readonly TimeSpan VersionLimit = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for a response that needs some work: a container is created, stopped or removed.</summary>
    public static readonly TimeSpan CallLimit = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim connecting = new(1);
    private volatile Connection? connection;

    public string Host => host;

    public void Dispose()
    {
        connection?.Client.Dispose();
        connecting.Dispose();
    }

    /// <summary>Gets the operating system and architecture whose programs the engine runs: <c>linux/amd64</c>.</summary>
    public async Task<string> GetPlatformAsync(CancellationToken cancellationToken) => (await ConnectAsync(cancellationToken)).Platform;

    /// <summary>Finds the gateway of a network on this machine, and the addresses of its containers; null when it has none.</summary>
    public async Task<(IPAddress Gateway, IPNetwork Subnet)?> FindBridgeAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var network = await CallAsync(
                $"GET /networks/{name}",
                CallLimit,
                (client, stop) => client.Networks.InspectNetworkAsync(name, stop),
                cancellationToken
            );
            foreach (var range in network.IPAM?.Config ?? [])
            {
                if (IPNetwork.TryParse(range.Subnet ?? "", out var subnet) && IPAddress.TryParse(range.Gateway ?? "", out var gateway))
                    return (gateway, subnet);
            }

            return null;
        }
        catch (EngineException error) when (error.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Creates a bridge network.</summary>
    public Task CreateNetworkAsync(string name, IDictionary<string, string> labels) =>
        CallAsync(
            "POST /networks/create",
            CallLimit,
            (client, stop) =>
                client.Networks.CreateNetworkAsync(
                    new()
                    {
                        Name = name,
                        Driver = "bridge",
                        Labels = labels,
                    },
                    stop
                ),
            CancellationToken.None
        );

    /// <summary>Removes a network, which has no containers any more.</summary>
    public async Task RemoveNetworkAsync(string name)
    {
        try
        {
            await CallAsync(
                $"DELETE /networks/{name}",
                CallLimit,
                async (client, stop) =>
                {
                    await client.Networks.DeleteNetworkAsync(name, stop);
                    return true;
                },
                CancellationToken.None
            );
        }
        catch (EngineException error) when (error.Status == 404)
        {
            // Removed already.
        }
    }

    /// <summary>Lists the names of networks that carry a label of a value.</summary>
    public async Task<IReadOnlyList<string>> ListNetworksAsync(string label, string value, CancellationToken cancellationToken)
    {
        var wanted = new NetworksListParameters { Filters = OfLabel(label, value) };
        var found = await CallAsync(
            "GET /networks",
            CallLimit,
            (client, stop) => client.Networks.ListNetworksAsync(wanted, stop),
            cancellationToken
        );
        return [.. found.Select(network => network.Name)];
    }

    public async Task<string> CreateContainerAsync(CreateContainerParameters container, CancellationToken cancellationToken)
    {
        var created = await CallAsync(
            "POST /containers/create",
            CallLimit,
            (client, stop) => client.Containers.CreateContainerAsync(container, stop),
            cancellationToken
        );
        return created.ID;
    }

    public Task StartAsync(string container, CancellationToken cancellationToken) =>
        CallAsync(
            $"POST /containers/{container}/start",
            CallLimit,
            (client, stop) => client.Containers.StartContainerAsync(container, null, stop),
            cancellationToken
        );

    /// <summary>Copies both streams of a container, in the engine's order, until the container has ended.</summary>
    /// <param name="container">The container.</param>
    /// <param name="log">Receives both streams.</param>
    /// <param name="follow">Whether to wait for more until the container ends.</param>
    /// <param name="cancellationToken">Stops copying.</param>
    public Task CopyLogAsync(string container, Stream log, bool follow, CancellationToken cancellationToken) =>
        CallAsync(
            $"GET /containers/{container}/logs",
            Timeout.InfiniteTimeSpan,
            async (client, stop) =>
            {
                var wanted = new ContainerLogsParameters
                {
                    Follow = follow,
                    ShowStdout = true,
                    ShowStderr = true,
                };
                using var frames = await client.Containers.GetContainerLogsAsync(container, wanted, stop);
                await frames.CopyOutputToAsync(Stream.Null, log, log, stop);
                return true;
            },
            cancellationToken
        );

    /// <summary>Returns once the container has ended.</summary>
    public Task WaitAsync(string container, CancellationToken cancellationToken) =>
        CallAsync(
            $"POST /containers/{container}/wait",
            Timeout.InfiniteTimeSpan,
            (client, stop) => client.Containers.WaitContainerAsync(container, stop),
            cancellationToken
        );

    /// <summary>Gets how a container ended. The engine may learn of the lack of memory just after the end.</summary>
    public async Task<ContainerEnd> GetEndAsync(string container, CancellationToken cancellationToken)
    {
        var end = await InspectEndAsync(container, cancellationToken);
        for (var read = 0; read < MostReads && end is { ExitCode: KilledCode, IsOutOfMemory: false }; read++)
        {
            await Task.Delay(ReadInterval, cancellationToken);
            end = await InspectEndAsync(container, cancellationToken);
        }

        return end;
    }

    private async Task<ContainerEnd> InspectEndAsync(string container, CancellationToken cancellationToken)
    {
        var found = await CallAsync(
            $"GET /containers/{container}/json",
            CallLimit,
            (client, stop) => client.Containers.InspectContainerAsync(container, stop),
            cancellationToken
        );
        return found.State is { } state ? new((int)state.ExitCode, state.OOMKilled, state.Error ?? "") : new(-1, false, "");
    }

    /// <summary>Sends TERM, and KILL after the grace time, and returns when the container has ended.</summary>
    /// <param name="container">The container.</param>
    /// <param name="grace">Rounded up to whole seconds; zero sends KILL at once.</param>
    public async Task StopAsync(string container, TimeSpan grace)
    {
        if (grace == TimeSpan.Zero)
        {
            // The library omits a grace of zero from the request, and the engine then waits for ten seconds.
            await KillAsync(container);
            return;
        }

        var wanted = new ContainerStopParameters { WaitBeforeKillSeconds = (uint)Math.Ceiling(grace.TotalSeconds) };
        await CallAsync(
            $"POST /containers/{container}/stop",
            CallLimit + grace,
            (client, stop) => client.Containers.StopContainerAsync(container, wanted, stop),
            CancellationToken.None
        );
    }

    /// <summary>Removes a container, running or not, with its anonymous volumes.</summary>
    public async Task RemoveAsync(string container)
    {
        try
        {
            await CallAsync(
                $"DELETE /containers/{container}",
                CallLimit,
                async (client, stop) =>
                {
                    await client.Containers.RemoveContainerAsync(container, new() { Force = true, RemoveVolumes = true }, stop);
                    return true;
                },
                CancellationToken.None
            );
        }
        catch (EngineException error) when (error.Status is 404 or 409)
        {
            // Already removed, or being removed.
        }
    }

    /// <summary>Lists containers, running or not, that have a label with a value.</summary>
    /// <param name="label">The label.</param>
    /// <param name="value">Its value.</param>
    /// <param name="shown">Another label, whose value is listed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<(string Id, string? Label)>> ListAsync(
        string label,
        string value,
        string shown,
        CancellationToken cancellationToken
    )
    {
        var wanted = new ContainersListParameters { All = true, Filters = OfLabel(label, value) };
        var found = await CallAsync(
            "GET /containers/json",
            CallLimit,
            (client, stop) => client.Containers.ListContainersAsync(wanted, stop),
            cancellationToken
        );
        return [.. found.Select(container => (container.ID, container.Labels.TryGetValue(shown, out var text) ? text : null))];
    }

    private static Dictionary<string, IDictionary<string, bool>> OfLabel(string label, string value) =>
        new(StringComparer.Ordinal) { ["label"] = new Dictionary<string, bool>(StringComparer.Ordinal) { [$"{label}={value}"] = true } };

    private async Task KillAsync(string container)
    {
        try
        {
            await CallAsync(
                $"POST /containers/{container}/kill",
                CallLimit,
                async (client, stop) =>
                {
                    await client.Containers.KillContainerAsync(container, new() { Signal = "KILL" }, stop);
                    return await client.Containers.WaitContainerAsync(container, stop);
                },
                CancellationToken.None
            );
        }
        catch (EngineException error) when (error.Status == 409)
        {
            // It has already ended.
        }
    }

    /// <summary>Makes one call, and turns what can go wrong with it into an <see cref="EngineException"/>.</summary>
    /// <param name="request">The request, as messages name it.</param>
    /// <param name="limit">Longest wait for the response.</param>
    /// <param name="call">Makes the call.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<T> CallAsync<T>(
        string request,
        TimeSpan limit,
        Func<DockerClient, CancellationToken, Task<T>> call,
        CancellationToken cancellationToken
    )
    {
        var client = (await ConnectAsync(cancellationToken)).Client;
        return await SendAsync(request, limit, stop => call(client, stop), cancellationToken);
    }

    // The newest version that the engine knows: these calls are the same in all versions, and newer engines refuse old ones.
    private async Task<Connection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (connection is { } known)
            return known;
        await connecting.WaitAsync(cancellationToken);
        try
        {
            if (connection is { } made)
                return made;
            using var client = CreateClient(null);
            var version = await SendAsync("GET /version", VersionLimit, client.System.GetVersionAsync, cancellationToken);
            var spoken = System.Version.TryParse(version.APIVersion, out var parsed) ? parsed : null;
            return connection = new(CreateClient(spoken), $"{version.Os}/{version.Arch}");
        }
        finally
        {
            connecting.Release();
        }
    }

    private DockerClient CreateClient(System.Version? version)
    {
        var builder = new DockerClientBuilder().WithEndpoint(new Uri(host)).WithTimeout(Timeout.InfiniteTimeSpan);
        return (version is null ? builder : builder.WithApiVersion(version)).Build();
    }

    private async Task<T> SendAsync<T>(
        string request,
        TimeSpan limit,
        Func<CancellationToken, Task<T>> call,
        CancellationToken cancellationToken
    )
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(limit);
        try
        {
            return await call(limited.Token);
        }
        // Depending on its progress, a canceled call may also end like a broken connection.
        catch (Exception error) when (cancellationToken.IsCancellationRequested && error is not DockerApiException)
        {
            throw new OperationCanceledException(error.Message, error, cancellationToken);
        }
        catch (DockerApiException error)
        {
            var reason = ReasonOf(error.ResponseBody ?? "");
            throw new EngineException(
                $"{request} of the Docker engine returned {(int)error.StatusCode}: {reason}",
                (int)error.StatusCode,
                reason,
                error
            );
        }
        catch (HttpRequestException error)
        {
            throw Explain(error);
        }
        // The library reports a response that ends early as incomplete JSON.
        catch (Exception error) when (error is IOException or JsonException)
        {
            throw Lost(error);
        }
        catch (OperationCanceledException error)
        {
            throw DoesNotAnswer($"no answer within {limit.TotalSeconds} s", error);
        }
    }

    private EngineException Explain(HttpRequestException error)
    {
        if (
            error.InnerException
            is not SocketException { SocketErrorCode: not (SocketError.ConnectionReset or SocketError.Shutdown) } connecting
        )
        {
            return Lost(error);
        }

        if (!File.Exists(new Uri(host).LocalPath))
            return DoesNotAnswer("there is no such socket", error); // The operating system's message is about addresses.
        return connecting.SocketErrorCode == SocketError.AccessDenied
            ? new EngineException(
                $"The Docker engine at {host} may not be used by this user ({connecting.Message}). "
                    + "Add the user to the group that owns the socket, or run jobs as processes with --runtime=process.",
                null,
                connecting.Message,
                error
            )
            : DoesNotAnswer(connecting.Message, error);
    }

    private EngineException Lost(Exception error)
    {
        // The library's own messages for a closed connection are about lists and chunks.
        var reason = error.GetBaseException() is SocketException socket ? socket.Message : "the connection was closed";
        return new(
            $"The Docker engine at {host} stopped answering ({reason}). "
                + "Look at the engine's own log, start it again, and submit the job again.",
            null,
            reason,
            error
        );
    }

    private EngineException DoesNotAnswer(string reason, Exception inner) =>
        new(
            $"The Docker engine at {host} does not answer ({reason}). Start it, for example with `systemctl start docker`, "
                + "or run jobs as processes with --runtime=process.",
            null,
            reason,
            inner
        );

    private static string ReasonOf(string body)
    {
        try
        {
            return JsonNode.Parse(body).Text("message") ?? body;
        }
        catch (JsonException)
        {
            return body.Trim(); // A proxy in front of the engine responds in its own format.
        }
    }

    private sealed record Connection(DockerClient Client, string Platform);
}
