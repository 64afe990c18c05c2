using System.Text.Json.Nodes;

namespace Build.Sessions.Costs;

/// <summary>The node time of a run, from which its cost follows.</summary>
/// <param name="VmSize">VM size of the nodes; null when it is unknown.</param>
/// <param name="Priority">Their priority, by the name in the exp_config; null when it is unknown.</param>
/// <param name="Nodes">Number of nodes; at least 1.</param>
/// <param name="Time">Time for which each was used; null when the run has not started.</param>
internal sealed record NodeTime(string? VmSize, string? Priority, int Nodes, TimeSpan? Time)
{
    /// <summary>Gets the number of nodes that were lost.</summary>
    public int Losses { get; init; }

    /// <summary>Gets the time from each loss until the run had done the lost steps again, in sum.</summary>
    public TimeSpan LostTime { get; init; }

    /// <summary>Gets how the time came about, where it is that of several jobs.</summary>
    public string? Of { get; init; }

    /// <summary>Returns the node time of a run of an exp_config.</summary>
    public static NodeTime From(JsonObject? config, int nodes, TimeSpan? time)
    {
        var compute = config?["COMPUTE"] as JsonObject;
        return new(Text(compute, "VM_SIZE"), Text(compute, "PRIORITY"), nodes, time);
    }

    private static string? Text(JsonObject? compute, string key) => compute?[key] is JsonValue value ? value.ToString() : null;
}
