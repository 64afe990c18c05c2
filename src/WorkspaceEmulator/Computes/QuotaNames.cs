namespace WorkspaceEmulator.Computes;

/// <summary>Names the quotas, as the service lists them.</summary>
internal static class QuotaNames
{
    public const string TotalDedicated = "Total Cluster Dedicated Regional vCPUs";
    public const string TotalLowPriority = "Total Cluster LowPriority Regional vCPUs";
    public const string ClusterCount = "Clusters";

    public static IReadOnlyList<string> All { get; } =
    [.. VmSize.All.Select(size => OfFamily(size.Family)).Distinct(StringComparer.Ordinal), TotalDedicated, TotalLowPriority, ClusterCount];

    public static string OfFamily(string family) => $"Standard {family} Family Cluster Dedicated vCPUs";
}
