using Experiments.Settings;

namespace Experiments.Model;

/// <summary>Settings of a cluster that is created: the <c>COMPUTE</c> object of an exp_config.</summary>
public sealed record ComputeSettings
{
    [Setting(
        "VM_SIZE",
        "Azure VM size of a node; the default has one NVIDIA T4.",
        Default = "Standard_NC4as_T4_v3",
        Pattern = "^[A-Za-z0-9_]+$",
        Rule = "an Azure VM size such as Standard_NC4as_T4_v3 (az ml compute list-sizes shows them)",
        Decides = Decides.Nothing
    )]
    public string VmSize { get; init; } = "";

    [Setting(
        "PRIORITY",
        "LowPriority nodes cost less and may be taken back at any time.",
        Default = VmPriority.Dedicated,
        Decides = Decides.Nothing
    )]
    public VmPriority Priority { get; init; }

    [Setting(
        "MIN_NODES",
        "Nodes kept while the cluster is idle.",
        AtMost = "NODES",
        Default = 0,
        Minimum = 0,
        Maximum = 1000,
        Unit = "nodes",
        Decides = Decides.Nothing
    )]
    public int MinNodes { get; init; }

    [Setting(
        "IDLE_MINUTES",
        "Time without a job before a node is given back.",
        Default = 15,
        Minimum = 1,
        Maximum = 1440,
        Unit = "minutes",
        Decides = Decides.Nothing
    )]
    public int IdleMinutes { get; init; }
}
