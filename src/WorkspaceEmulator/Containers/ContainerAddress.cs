namespace WorkspaceEmulator.Containers;

/// <summary>Describes how a container reaches the emulator.</summary>
/// <param name="Network">The engine's name of the container's network.</param>
/// <param name="Endpoint">Address of the emulator inside.</param>
/// <param name="Hosts">Entries of the container's hosts file: <c>NAME:ADDRESS</c>.</param>
internal sealed record ContainerAddress(string Network, Uri Endpoint, IReadOnlyList<string> Hosts)
{
    /// <summary>The engine's name of this machine's own network.</summary>
    public const string HostNetwork = "host";

    /// <summary>Gets whether the container has this machine's own network.</summary>
    public bool IsHost => Network == HostNetwork;
}
