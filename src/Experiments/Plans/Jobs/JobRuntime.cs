namespace Experiments.Plans.Jobs;

/// <summary>The runtime of a workspace's jobs.</summary>
public enum JobRuntime
{
    /// <summary>Azure runs them in the image, on the cluster's nodes.</summary>
    Azure,

    /// <summary>The emulator runs them as local processes, from the sources and without an image.</summary>
    Process,

    /// <summary>The emulator runs them as containers of the local Docker engine.</summary>
    Docker,
}
