using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Json;
using Experiments.Model;

namespace Workspaces.Computes;

/// <summary>One quota of a subscription in a region.</summary>
/// <param name="Name">Name by the service.</param>
/// <param name="Used">Number of vCPUs in use.</param>
/// <param name="Limit">Maximum number of vCPUs; below 0: unlimited.</param>
internal sealed record Quota(string Name, long Used, long Limit)
{
    /// <summary>Gets the number of vCPUs left.</summary>
    public long Left => Limit < 0 ? long.MaxValue : Math.Max(0, Limit - Used);
}

/// <summary>Finds the quotas that nodes count against.</summary>
/// <param name="usages">Usages as the service lists them, including those of single workspaces and clusters.</param>
internal sealed class Quotas(IReadOnlyList<MachineLearningUsage> usages)
{
    /// <summary>Gets the quota of clusters; null when the service does not list it.</summary>
    public Quota? Clusters => Find("Clusters");

    /// <summary>Gets the quota of a size's family; null when the service does not list it.</summary>
    public Quota? OfFamily(MachineLearningVmSize size, VmPriority priority)
    {
        const string Unit = " vCPUs";
        var family = size.Family ?? "";
        if (family.EndsWith(Unit, StringComparison.OrdinalIgnoreCase))
            family = family[..^Unit.Length];
        return Find($"{family} Cluster {priority} vCPUs");
    }

    /// <summary>Gets the quota of all families together; null when the service does not list it.</summary>
    public Quota? Total(VmPriority priority) => Find($"Total Cluster {priority} Regional vCPUs");

    /// <summary>Gets all quotas that nodes of a size count against.</summary>
    public IReadOnlyList<Quota> Of(MachineLearningVmSize size, VmPriority priority) =>
        [.. new[] { OfFamily(size, priority), Total(priority) }.OfType<Quota>()];

    // A size names its family standardNCASv3_T4Family, a usage Standard NCASv3_T4 Family.
    private Quota? Find(string name) =>
        usages
            .Where(usage => IsOfSubscription(usage) && usage.Name?.Value is { } value && NearestName.IsSameButForStyle(value, name))
            .Select(usage => new Quota(usage.Name!.Value!, usage.CurrentValue ?? 0, usage.Limit ?? -1))
            .FirstOrDefault();

    // The same names appear again for each workspace and cluster with its own limit.
    private static bool IsOfSubscription(MachineLearningUsage usage) =>
        usage.Id?.Contains("/workspaces/", StringComparison.OrdinalIgnoreCase) != true
        && usage.UsageType?.Contains("/workspace", StringComparison.OrdinalIgnoreCase) != true;
}
