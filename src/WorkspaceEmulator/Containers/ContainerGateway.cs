using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Engines;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Containers;

/// <summary>
/// Lets containers of the engine's bridge reach the emulator, which listens on loopback only: it passes on connections to the bridge's
/// gateway that come from the bridge. It begins with the first container.
/// </summary>
internal sealed class ContainerGateway(ContainerSettings settings, EmulatorAddress address) : IDisposable
{
    private const string BridgeName = "bridge";
    private readonly SemaphoreSlim opening = new(1);
    private readonly CancellationTokenSource closing = new();
    private readonly ConcurrentDictionary<IPNetwork, bool> admitted = new();
    private TcpListener? listener;
    private ContainerAddress? opened;

    /// <summary>Returns how the next container reaches the emulator.</summary>
    /// <exception cref="EngineException">The engine has no bridge with a gateway on this machine.</exception>
    public async Task<ContainerAddress> OpenAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        if (settings.Network == JobNetwork.Host)
            return new(ContainerAddress.HostNetwork, address.Endpoint, []);
        await opening.WaitAsync(cancellationToken);
        try
        {
            if (opened is not null)
                return opened;
            var (gateway, subnet) = await engine.FindBridgeAsync(BridgeName, cancellationToken) ?? throw NoBridge("it has none", null);
            try
            {
                listener = new TcpListener(gateway, address.Endpoint.Port);
                listener.Start();
            }
            catch (SocketException error)
            {
                throw NoBridge($"{gateway}:{address.Endpoint.Port} cannot be listened on: {error.Message}", error);
            }

            _ = AcceptAsync(listener, subnet);
            var inside = new UriBuilder(address.Endpoint) { Host = EmulatorCertificate.HostOfContainers }.Uri;
            return opened = new(BridgeName, inside, [$"{EmulatorCertificate.HostOfContainers}:{gateway}"]);
        }
        finally
        {
            opening.Release();
        }
    }

    /// <summary>Passes on connections from another network of the engine, too, until the result is disposed.</summary>
    public IDisposable Admit(IPNetwork network)
    {
        admitted[network] = true;
        return new Admission(admitted, network);
    }

    public void Dispose()
    {
        closing.Cancel();
        listener?.Dispose();
        closing.Dispose();
        opening.Dispose();
    }

    private EngineException NoBridge(string reason, Exception? inner) =>
        new(
            $"Containers cannot reach the emulator through the bridge network of the Docker engine at {settings.DockerHost} ({reason}). "
                + "Give the engine a bridge, or let jobs use this machine's network: start the emulator with --job-network=host, or set "
                + "WORKSPACE_EMULATOR_JOB_NETWORK=host for the target that starts it.",
            null,
            reason,
            inner
        );

    private async Task AcceptAsync(TcpListener from, IPNetwork subnet)
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                var client = await from.AcceptTcpClientAsync(closing.Token);
                var isKnown =
                    client.Client.RemoteEndPoint is IPEndPoint remote
                    && (subnet.Contains(remote.Address) || admitted.Keys.Any(other => other.Contains(remote.Address)));
                if (isKnown)
                    _ = PassOnAsync(client);
                else
                    client.Dispose();
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // One connection failed; the next one may not.
            }
        }
    }

    private async Task PassOnAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, address.Endpoint.Port, closing.Token);
                var (outer, inner) = (client.GetStream(), server.GetStream());
                await Task.WhenAll(CopyAsync(outer, inner, server), CopyAsync(inner, outer, client));
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Either side has closed the connection.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, TcpClient target)
    {
        await from.CopyToAsync(to, closing.Token);
        target.Client.Shutdown(SocketShutdown.Send);
    }

    private sealed class Admission(ConcurrentDictionary<IPNetwork, bool> admitted, IPNetwork network) : IDisposable
    {
        public void Dispose() => admitted.TryRemove(network, out _);
    }
}
