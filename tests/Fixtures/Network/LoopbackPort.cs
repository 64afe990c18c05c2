using System.Net;
using System.Net.Sockets;

namespace Fixtures.Network;

/// <summary>Finds ports nobody listens on.</summary>
public static class LoopbackPort
{
    public static int FindFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
