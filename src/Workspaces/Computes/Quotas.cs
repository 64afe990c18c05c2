using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Json;
using Experiments.Model;

namespace Workspaces.Computes;

/// <summary>One quota of a subscription in a region.</summary>
/// <param name="Name">As the service names it.</param>
/// <param name="Used">vCPUs in use.</param>
/// <param name="Limit">vCPUs that may be in use; below 0: without limit.</param>
internal sealed record Quota(string Name, long Used, long Limit)
{
    public long Left => Limit < 0 ? long.MaxValue : Math.Max(0, Limit - Used);
}

/// <summary>The quotas that nodes count against.</summary>
/// <param name="usages">As the service lists them, with the shares of workspaces and clusters among them.</param>
internal sealed class Quotas(IReadOnlyList<MachineLearningUsage> usages)
{
    public Quota? Clusters => Find("Clusters");

    /// <summary>Of the family of a size; null when the service does not list it.</summary>
    public Quota? OfFamily(MachineLearningVmSize size, VmPriority priority)
    {
        const string Unit = " vCPUs";
        var family = size.Family ?? "";
        if (family.EndsWith(Unit, StringComparison.OrdinalIgnoreCase))
            family = family[..^Unit.Length];
        return Find($"{family} Cluster {priority} vCPUs");
    }

    /// <summary>Of all families together.</summary>
    public Quota? Total(VmPriority priority) => Find($"Total Cluster {priority} Regional vCPUs");

    /// <summary>All that nodes of a size count against.</summary>
    public IReadOnlyList<Quota> Of(MachineLearningVmSize size, VmPriority priority) =>
        [.. new[] { OfFamily(size, priority), Total(priority) }.OfType<Quota>()];

    // A size says standardNCASv3_T4Family where a usage says Standard NCASv3_T4 Family.
    private Quota? Find(string name) =>
        usages
            .Where(usage => IsOfSubscription(usage) && usage.Name?.Value is { } value && NearestName.IsSameButForStyle(value, name))
            .Select(usage => new Quota(usage.Name!.Value!, usage.CurrentValue ?? 0, usage.Limit ?? -1))
            .FirstOrDefault();

    // The same names come again for each workspace and cluster that has a share.
    private static bool IsOfSubscription(MachineLearningUsage usage) =>
        usage.Id?.Contains("/workspaces/", StringComparison.OrdinalIgnoreCase) != true
        && usage.UsageType?.Contains("/workspace", StringComparison.OrdinalIgnoreCase) != true;
}
