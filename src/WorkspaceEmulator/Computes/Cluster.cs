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

    public Cluster(string name, ClusterSettings settings, TimeSpan transition, DateTimeOffset now, bool isNew)
    {
        (Name, Settings, _transition) = (name, settings, transition);
        _state = isNew ? "Creating" : "Succeeded";
        _settledAt = isNew ? now + transition : now;
        _allocationChangedAt = now;
        _target = settings.MinNodes;
    }

    public string Name { get; }
    public ClusterSettings Settings { get; private set; }

    public void Resize(ClusterSettings settings, DateTimeOffset now)
    {
        lock (_gate)
        {
            Settings = settings;
            Advance(now);
        }
    }

    public void BeginDelete(DateTimeOffset now)
    {
        lock (_gate)
            (_state, _settledAt) = ("Deleting", now + _transition);
    }

    /// <summary>Takes <paramref name="count"/> nodes for a job, or starts the ones that are missing and returns false.</summary>
    public bool TryReserve(string runId, int count, DateTimeOffset now)
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
            Grow(Math.Min(count - usable, Settings.MaxNodes - busy - usable), now);
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

    /// <summary>The cluster as it is at a moment.</summary>
    public ClusterSnapshot Snapshot(DateTimeOffset now)
    {
        lock (_gate)
        {
            Advance(now);
            var resizing = _nodes.Any(node => node.State is NodeState.Preparing or NodeState.Leaving);
            var target = _nodes.Count(node => node.State != NodeState.Leaving);
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
            var moments = _nodes.Where(node => node.State is NodeState.Preparing or NodeState.Leaving).Select(node => node.Since + _transition);
            if (_state is "Creating" or "Deleting")
                moments = moments.Append(_settledAt);
            if (_nodes.Count(node => node.State != NodeState.Leaving) > Settings.MinNodes)
                moments = moments.Concat(_nodes.Where(node => node.State == NodeState.Idle).Select(node => node.Since + Settings.IdleTimeBeforeScaleDown));
            return moments.Select(moment => (DateTimeOffset?)moment).Min();
        }
    }

    private void Advance(DateTimeOffset now)
    {
        if (_state == "Creating" && now >= _settledAt)
            _state = "Succeeded";
        if (_state == "Deleting" && now >= _settledAt)
            _state = "Deleted";
        if (_state != "Succeeded")
            return;

        foreach (var node in _nodes.ToList())
        {
            if (node.State == NodeState.Preparing && now >= node.Since + _transition)
                Replace(node, node with { State = NodeState.Idle, Since = now });
            else if (node.State == NodeState.Leaving && now >= node.Since + _transition)
                _nodes.Remove(node);
        }

        var staying = _nodes.Count(node => node.State != NodeState.Leaving);
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
