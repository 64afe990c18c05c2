namespace Experiments.Model;

/// <summary>Whether the nodes of a cluster are kept or may be taken back by Azure at any time.</summary>
public enum VmPriority
{
    Dedicated,
    LowPriority,
}
