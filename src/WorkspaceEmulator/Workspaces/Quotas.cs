using WorkspaceEmulator.Computes;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Workspaces;

/// <summary>Computes what a subscription may use and does use in a region, across all its workspaces there.</summary>
internal sealed class Quotas(WorkspaceSettings settings, WorkspaceStore workspaces, TimeProvider time)
{
    private const int FamilyLimit = 100;
    private const int TotalLimit = 300;
    private const int ClusterLimit = 200;

    public int LimitOf(string name) =>
        settings.Quotas.TryGetValue(name, out var limit)
            ? limit
            : name switch
            {
                QuotaNames.TotalDedicated or QuotaNames.TotalLowPriority => TotalLimit,
                QuotaNames.ClusterCount => ClusterLimit,
                _ => FamilyLimit,
            };

    /// <summary>Returns what is used of a quota: vCPUs of existing nodes, or clusters.</summary>
    public int UsageOf(string name, string subscription, string region, Cluster? without = null)
    {
        var clusters = ClustersOf(subscription, region).Where(cluster => cluster != without);
        return name == QuotaNames.ClusterCount
            ? clusters.Count()
            : clusters
                .Where(cluster => NamesOf(cluster.Settings).Contains(name, StringComparer.Ordinal))
                .Sum(cluster => cluster.Snapshot(time.GetUtcNow()).Nodes.Count * cluster.Settings.Size.Cores);
    }

    /// <summary>Returns why the quotas refuse a cluster; null when they allow it.</summary>
    /// <param name="workspace">Its workspace.</param>
    /// <param name="existing">The cluster when it already exists.</param>
    /// <param name="asked">The requested settings.</param>
    public ArmError? Fault(Workspace workspace, Cluster? existing, ClusterSettings asked)
    {
        var (subscription, region) = (workspace.Name.SubscriptionId, workspaces.LocationOf(workspace));
        if (existing is null && UsageOf(QuotaNames.ClusterCount, subscription, region) >= LimitOf(QuotaNames.ClusterCount))
        {
            return new(
                "QuotaExceeded",
                $"The specified subscription has a quota of {LimitOf(QuotaNames.ClusterCount)} clusters in {region}, and all of them "
                    + "exist. Delete one first."
            );
        }

        var cores = asked.MinNodes * asked.Size.Cores;
        foreach (var name in cores > 0 ? NamesOf(asked) : [])
        {
            if (cores <= LimitOf(name) - UsageOf(name, subscription, region, existing))
                continue;
            var what = name is QuotaNames.TotalDedicated or QuotaNames.TotalLowPriority
                ? name.Replace("vCPUs", "vCPU", StringComparison.Ordinal)
                : $"Standard {asked.Size.Family} family vCPU";
            // Spelled as by the service.
            return new(
                "ClusterMinNodesExceedCoreQuota",
                $"The specified subscription has a {what} quota of {LimitOf(name)} and cannot accomodate for at least {asked.MinNodes} "
                    + "requested managed compute nodes "
                    + $"which maps to {cores} vCPUs. Talk to your Subscription Admin to have the quota raised."
            );
        }

        return null;
    }

    /// <summary>Returns how many more nodes the quotas allow a cluster.</summary>
    public int RoomFor(Workspace workspace, Cluster cluster) =>
        NamesOf(cluster.Settings)
            .Min(name => LimitOf(name) - UsageOf(name, workspace.Name.SubscriptionId, workspaces.LocationOf(workspace)))
        / cluster.Settings.Size.Cores;

    private static string[] NamesOf(ClusterSettings settings) =>
        settings.IsLowPriority ? [QuotaNames.TotalLowPriority] : [QuotaNames.OfFamily(settings.Size.Family), QuotaNames.TotalDedicated];

    private IEnumerable<Cluster> ClustersOf(string subscription, string region) =>
        workspaces
            .All.Where(workspace =>
                workspace.Name.SubscriptionId.Equals(subscription, StringComparison.OrdinalIgnoreCase)
                && workspaces.LocationOf(workspace).Equals(region, StringComparison.OrdinalIgnoreCase)
            )
            .SelectMany(workspace => workspace.Clusters.Values);
}
