using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Computes;

/// <summary>
/// A cluster's nodes as time passes: they start when a job wants them, run it, stand idle, and leave. The machine underneath is
/// always this one; nodes only decide how many jobs run at once.
/// </summary>
internal sealed class Cluster
{
    private readonly Lock _gate = new();
    private readonly TimeSpan _transition;
    private readonly List<ClusterNode> _nodes = [];
    private DateTimeOffset _settledAt;
    private DateTimeOffset _allocationChangedAt;
    private string _state;
    private int _target;
    private int _nodesMade;

    public Cluster(string name, ClusterSettings settings, TimeSpan transition, DateTimeOffset now, bool isNew, ArmError? failure = null)
    {
        (Name, Settings, _transition, Failure) = (name, settings, transition, failure);
        _state =
            isNew ? "Creating"
            : failure is null ? "Succeeded"
            : "Failed";
        _settledAt = isNew ? now + transition : now;
        _allocationChangedAt = now;
        _target = settings.MinNodes;
    }

    public string Name { get; }
    public ClusterSettings Settings { get; private set; }

    /// <summary>Why provisioning ends, or has ended, as Failed; null when it succeeds.</summary>
    public ArmError? Failure { get; private set; }

    public void Resize(ClusterSettings settings, DateTimeOffset now)
    {
        lock (_gate)
        {
            Settings = settings;
            Advance(now);
        }
    }

    /// <summary>Provisions once more what has failed.</summary>
    public void Provision(ClusterSettings settings, ArmError? failure, DateTimeOffset now)
    {
        lock (_gate)
            (Settings, Failure, _state, _settledAt) = (settings, failure, "Creating", now + _transition);
    }

    /// <summary>Lets a change fail, at once; jobs keep their nodes, and no other job gets one.</summary>
    public void Fail(ArmError failure)
    {
        lock (_gate)
            (Failure, _state) = (failure, "Failed");
    }

    public void BeginDelete(DateTimeOffset now)
    {
        lock (_gate)
            (_state, _settledAt) = ("Deleting", now + _transition);
    }

    /// <summary>Takes <paramref name="count"/> nodes for a job, or starts the ones that are missing and returns false.</summary>
    /// <param name="runId">The job.</param>
    /// <param name="count">Nodes it needs.</param>
    /// <param name="room">Nodes that may still be started, as quotas have it.</param>
    /// <param name="now">This moment.</param>
    public bool TryReserve(string runId, int count, int room, DateTimeOffset now)
    {
        lock (_gate)
        {
            Advance(now);
            if (_state != "Succeeded")
                return false;
            var idle = _nodes.Where(node => node.State == NodeState.Idle).Take(count).ToList();
            if (idle.Count == count)
            {
                foreach (var node in idle)
                    Replace(node, node with { State = NodeState.Running, Since = now, RunId = runId });
                return true;
            }

            var usable = _nodes.Count(node => node.State is NodeState.Idle or NodeState.Preparing);
            var busy = _nodes.Count(node => node.State == NodeState.Running);
            Grow(Math.Min(Math.Min(count - usable, Settings.MaxNodes - busy - usable), room), now);
            return false;
        }
    }

    public void Release(string runId, DateTimeOffset now)
    {
        lock (_gate)
        {
            foreach (var node in _nodes.Where(node => node.RunId == runId).ToList())
                Replace(node, node with { State = NodeState.Idle, Since = now, RunId = null });
        }
    }

    /// <summary>Takes a job's first node away; the others are idle again.</summary>
    public void Preempt(string runId, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_nodes.Find(node => node.RunId == runId) is { } lost)
                Replace(lost, lost with { State = NodeState.Preempted, Since = now, RunId = null });
        }

        Release(runId, now);
    }

    /// <summary>The cluster as it is at a moment.</summary>
    public ClusterSnapshot Snapshot(DateTimeOffset now)
    {
        lock (_gate)
        {
            Advance(now);
            var resizing = _nodes.Any(node => node.State is NodeState.Preparing || node.IsGoing);
            var target = _nodes.Count(node => !node.IsGoing);
            if (target != _target)
                (_target, _allocationChangedAt) = (target, now);
            return new(_state, resizing ? "Resizing" : "Steady", _allocationChangedAt, target, [.. _nodes]);
        }
    }

    /// <summary>When the cluster changes by itself next; null when only a job can change it.</summary>
    public DateTimeOffset? NextChange()
    {
        lock (_gate)
        {
            var moments = _nodes.Where(node => node.State is NodeState.Preparing || node.IsGoing).Select(node => node.Since + _transition);
            if (_state is "Creating" or "Deleting")
                moments = moments.Append(_settledAt);
            if (_nodes.Count(node => !node.IsGoing) > Settings.MinNodes)
                moments = moments.Concat(
                    _nodes.Where(node => node.State == NodeState.Idle).Select(node => node.Since + Settings.IdleTimeBeforeScaleDown)
                );
            return moments.Select(moment => (DateTimeOffset?)moment).Min();
        }
    }

    private void Advance(DateTimeOffset now)
    {
        if (_state == "Creating" && now >= _settledAt)
            _state = Failure is null ? "Succeeded" : "Failed";
        if (_state == "Deleting" && now >= _settledAt)
            _state = "Deleted";
        if (_state != "Succeeded")
            return;

        foreach (var node in _nodes.ToList())
        {
            if (node.State == NodeState.Preparing && now >= node.Since + _transition)
                Replace(node, node with { State = NodeState.Idle, Since = now });
            else if (node.IsGoing && now >= node.Since + _transition)
                _nodes.Remove(node);
        }

        var staying = _nodes.Count(node => !node.IsGoing);
        foreach (var node in _nodes.Where(node => node.State == NodeState.Idle).ToList())
        {
            if (staying <= Settings.MinNodes)
                break;
            if (staying <= Settings.MaxNodes && now < node.Since + Settings.IdleTimeBeforeScaleDown)
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
            var number = ++_nodesMade;
            _nodes.Add(new($"tvmps_{number:x16}_p", $"10.0.0.{4 + (number % 250)}", NodeState.Preparing, now, null));
        }
    }

    private void Replace(ClusterNode node, ClusterNode by) => _nodes[_nodes.IndexOf(node)] = by;
}
