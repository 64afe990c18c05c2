namespace WorkspaceEmulator.Execution;

/// <summary>Lists how jobs can run on this machine.</summary>
public enum JobRuntime
{
    /// <summary>As child processes of the emulator; the image of the environment is not used.</summary>
    Process,

    /// <summary>In containers of the environment's image, by the Docker engine.</summary>
    Docker,
}
