using System.Net;
using System.Net.Sockets;

namespace Fixtures.Network;

/// <summary>Finds ports on which nothing listens.</summary>
public static class LoopbackPort
{
    public static int FindFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
