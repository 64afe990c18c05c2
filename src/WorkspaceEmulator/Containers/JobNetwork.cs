namespace WorkspaceEmulator.Containers;

/// <summary>Lists the networks that containers of jobs can have.</summary>
public enum JobNetwork
{
    /// <summary>The engine's bridge. Of this machine's loopback, only the emulator is reached, through the bridge's gateway.</summary>
    Bridge,

    /// <summary>This machine's own network.</summary>
    Host,
}
