using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Computes;

/// <summary>
/// Simulates a cluster's nodes over time: they start when a job needs them, run it, become idle, and leave. Every node is this machine;
/// nodes only decide how many jobs run at once.
/// </summary>
internal sealed class Cluster
{
    private readonly Lock gate = new();
    private readonly TimeSpan transition;
    private readonly List<ClusterNode> nodes = [];
    private DateTimeOffset settledAt;
    private DateTimeOffset allocationChangedAt;
    private string state;
    private int target;
    private int nodesMade;

    public Cluster(string name, ClusterSettings settings, TimeSpan transition, DateTimeOffset now, bool isNew, ArmError? failure = null)
    {
        (Name, Settings, this.transition, Failure) = (name, settings, transition, failure);
        state =
            isNew ? "Creating"
            : failure is null ? "Succeeded"
            : "Failed";
        settledAt = isNew ? now + transition : now;
        allocationChangedAt = now;
        target = settings.MinNodes;
    }

    public string Name { get; }
    public ClusterSettings Settings { get; private set; }

    /// <summary>Gets why provisioning ends, or has ended, as Failed; null when it succeeds.</summary>
    public ArmError? Failure { get; private set; }

    public void Resize(ClusterSettings settings, DateTimeOffset now)
    {
        lock (gate)
        {
            Settings = settings;
            Advance(now);
        }
    }

    /// <summary>Provisions a failed cluster again.</summary>
    public void Provision(ClusterSettings settings, ArmError? failure, DateTimeOffset now)
    {
        lock (gate)
            (Settings, Failure, state, settledAt) = (settings, failure, "Creating", now + transition);
    }

    /// <summary>Fails a change at once. Jobs keep their nodes, and no other job gets one.</summary>
    public void Fail(ArmError failure)
    {
        lock (gate)
            (Failure, state) = (failure, "Failed");
    }

    public void BeginDelete(DateTimeOffset now)
    {
        lock (gate)
            (state, settledAt) = ("Deleting", now + transition);
    }

    /// <summary>Takes <paramref name="count"/> nodes for a job. When too few are idle, starts the missing ones and returns false.</summary>
    /// <param name="runId">The job.</param>
    /// <param name="count">Nodes it needs.</param>
    /// <param name="room">Nodes that the quotas still allow to start.</param>
    /// <param name="now">This moment.</param>
    public bool TryReserve(string runId, int count, int room, DateTimeOffset now)
    {
        lock (gate)
        {
            Advance(now);
            if (state != "Succeeded")
                return false;
            var idle = nodes.Where(node => node.State == NodeState.Idle).Take(count).ToList();
            if (idle.Count == count)
            {
                foreach (var node in idle)
                    Replace(node, node with { State = NodeState.Running, Since = now, RunId = runId });
                return true;
            }

            var usable = nodes.Count(node => node.State is NodeState.Idle or NodeState.Preparing);
            var busy = nodes.Count(node => node.State == NodeState.Running);
            Grow(Math.Min(Math.Min(count - usable, Settings.MaxNodes - busy - usable), room), now);
            return false;
        }
    }

    public void Release(string runId, DateTimeOffset now)
    {
        lock (gate)
        {
            foreach (var node in nodes.Where(node => node.RunId == runId).ToList())
                Replace(node, node with { State = NodeState.Idle, Since = now, RunId = null });
        }
    }

    /// <summary>Takes a job's first node away and makes its other nodes idle.</summary>
    public void Preempt(string runId, DateTimeOffset now)
    {
        lock (gate)
        {
            if (nodes.Find(node => node.RunId == runId) is { } lost)
                Replace(lost, lost with { State = NodeState.Preempted, Since = now, RunId = null });
        }

        Release(runId, now);
    }

    /// <summary>Returns the cluster as it is at a moment.</summary>
    public ClusterSnapshot Snapshot(DateTimeOffset now)
    {
        lock (gate)
        {
            Advance(now);
            var resizing = nodes.Any(node => node.State is NodeState.Preparing || node.IsGoing);
            var remaining = nodes.Count(node => !node.IsGoing);
            if (remaining != target)
                (target, allocationChangedAt) = (remaining, now);
            return new(state, resizing ? "Resizing" : "Steady", allocationChangedAt, target, [.. nodes]);
        }
    }

    /// <summary>Returns when the cluster next changes by itself; null when only a job can change it.</summary>
    public DateTimeOffset? NextChange()
    {
        lock (gate)
        {
            var moments = nodes.Where(node => node.State is NodeState.Preparing || node.IsGoing).Select(node => node.Since + transition);
            if (state is "Creating" or "Deleting")
                moments = moments.Append(settledAt);
            if (nodes.Count(node => !node.IsGoing) > Settings.MinNodes)
            {
                moments = moments.Concat(
                    nodes.Where(node => node.State == NodeState.Idle).Select(node => node.Since.After(Settings.IdleTimeBeforeScaleDown))
                );
            }

            return moments.Select(moment => (DateTimeOffset?)moment).Min();
        }
    }

    private void Advance(DateTimeOffset now)
    {
        if (state == "Creating" && now >= settledAt)
            state = Failure is null ? "Succeeded" : "Failed";
        if (state == "Deleting" && now >= settledAt)
            state = "Deleted";
        if (state != "Succeeded")
            return;

        foreach (var node in nodes.ToList())
        {
            if (node.State == NodeState.Preparing && now >= node.Since + transition)
                Replace(node, node with { State = NodeState.Idle, Since = now });
            else if (node.IsGoing && now >= node.Since + transition)
                nodes.Remove(node);
        }

        var staying = nodes.Count(node => !node.IsGoing);
        foreach (var node in nodes.Where(node => node.State == NodeState.Idle).ToList())
        {
            if (staying <= Settings.MinNodes)
                break;
            if (staying <= Settings.MaxNodes && now < node.Since.After(Settings.IdleTimeBeforeScaleDown))
                continue;
            Replace(node, node with { State = NodeState.Leaving, Since = now });
            staying--;
        }

        Grow(Settings.MinNodes - staying, now);
    }

    private void Grow(int count, DateTimeOffset now)
    {
        for (var i = 0; i < count; i++)
        {
            var number = ++nodesMade;
            nodes.Add(new($"tvmps_{number:x16}_p", $"10.0.0.{4 + (number % 250)}", NodeState.Preparing, now, null));
        }
    }

    private void Replace(ClusterNode node, ClusterNode by) => nodes[nodes.IndexOf(node)] = by;
}
