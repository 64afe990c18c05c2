namespace Experiments.Plans.Jobs;

/// <summary>What runs the jobs of a workspace.</summary>
public enum JobRuntime
{
    /// <summary>Azure: in the image, on the cluster's nodes.</summary>
    Azure,

    /// <summary>The emulator, as processes of this machine: the sources as they are, whatever image is named.</summary>
    Process,

    /// <summary>The emulator, as containers of this machine's Docker engine.</summary>
    Docker,
}
