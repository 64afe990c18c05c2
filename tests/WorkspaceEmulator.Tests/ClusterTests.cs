using WorkspaceEmulator.Computes;

namespace WorkspaceEmulator.Tests;

public class ClusterTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void TryReserve_StartsNodes_ThatLeaveWhenIdle()
    {
        var settings = new ClusterSettings(VmSize.All[0], MinNodes: 0, MaxNodes: 2, TimeSpan.FromMinutes(15));
        var cluster = new Cluster("cpu", settings, TimeSpan.FromSeconds(1), Start, isNew: true);

        Assert.False(cluster.TryReserve("a", 1, 9, Start)); // Creating
        Assert.False(cluster.TryReserve("a", 1, 9, Start.AddSeconds(1))); // its node starts
        Assert.Equal(
            ("Resizing", 1),
            (cluster.Snapshot(Start.AddSeconds(1)).AllocationState, cluster.Snapshot(Start.AddSeconds(1)).Nodes.Count)
        );
        Assert.True(cluster.TryReserve("a", 1, 9, Start.AddSeconds(2)));
        Assert.False(cluster.TryReserve("b", 2, 9, Start.AddSeconds(3))); // only one more node is allowed
        Assert.False(cluster.TryReserve("b", 2, 9, Start.AddSeconds(9)));
        Assert.Equal(2, cluster.Snapshot(Start.AddSeconds(9)).Nodes.Count);
        cluster.Release("a", Start.AddSeconds(10));
        Assert.True(cluster.TryReserve("b", 2, 9, Start.AddSeconds(10)));
        cluster.Release("b", Start.AddSeconds(20));

        Assert.Equal(Start.AddSeconds(20).AddMinutes(15), cluster.NextChange());
        Assert.Equal(2, cluster.Snapshot(Start.AddSeconds(19).AddMinutes(15)).Count(NodeState.Idle));
        Assert.Equal(2, cluster.Snapshot(Start.AddSeconds(20).AddMinutes(15)).Count(NodeState.Leaving));
        Assert.Empty(cluster.Snapshot(Start.AddSeconds(21).AddMinutes(15)).Nodes);
    }

    [Fact]
    public void Snapshot_KeepsTheMinimum_WhenNodesAreIdle()
    {
        var settings = new ClusterSettings(VmSize.All[0], MinNodes: 1, MaxNodes: 2, TimeSpan.Zero);
        var cluster = new Cluster("cpu", settings, TimeSpan.FromSeconds(1), Start, isNew: false);

        Assert.Equal(1, cluster.Snapshot(Start).Count(NodeState.Preparing));
        Assert.Equal(1, cluster.Snapshot(Start.AddHours(9)).Count(NodeState.Idle));
        cluster.Resize(settings with { MinNodes = 0, MaxNodes = 0 }, Start.AddHours(9));
        Assert.Empty(cluster.Snapshot(Start.AddHours(10)).Nodes);
    }
}
