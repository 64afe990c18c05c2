using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Model;
using Experiments.Plans;

namespace Workspaces.Computes;

/// <summary>Checks whether the nodes of a plan fit the remaining quotas, and finds overrides that would.</summary>
/// <param name="planned">The planned cluster.</param>
/// <param name="existingNodes">Existing nodes of the cluster, which already count; null when the cluster does not exist yet.</param>
/// <param name="sizes">VM sizes of the region.</param>
/// <param name="quotas">Quotas of the region.</param>
/// <param name="subscriptionId">Subscription of the quotas.</param>
internal sealed class QuotaCheck(ComputePlan planned, int? existingNodes, SizeCheck sizes, Quotas quotas, string subscriptionId)
{
    private int NewNodes => Math.Max(0, planned.MaxNodes - (existingNodes ?? 0));

    private string QuotaPage => $"https://ml.azure.com/quota/{subscriptionId}";

    /// <summary>Returns the faults, each with its fix.</summary>
    public IEnumerable<string> Faults()
    {
        if (existingNodes is null && quotas.Clusters is { Left: < 1 } clusters)
        {
            yield return $"COMPUTE_NAME is '{planned.Name}', a cluster that does not exist yet, and {clusters.Used} of {clusters.Limit} "
                + $"clusters are used in {planned.Location}; "
                + $"it must name an existing one. Name one, delete an unused one, or request a higher limit at {QuotaPage}.";
        }

        if (sizes.Size is { VCpus: > 0 } size)
        {
            var needed = Needed(size);
            var exceeded = quotas.Of(size, planned.Priority).Where(quota => needed > quota.Left).ToList();
            if (exceeded.Count > 0)
                yield return Fault(size, needed, exceeded);
        }
    }

    /// <summary>Returns notices about quotas that could not be checked.</summary>
    public IEnumerable<string> Notes()
    {
        if (sizes.Size is { } size && planned.Priority == VmPriority.Dedicated && quotas.OfFamily(size, planned.Priority) is null)
        {
            yield return $"The quota of {size.Family ?? "the family of " + size.Name} was not checked: the usages of {planned.Location} do "
                + "not list it.";
        }
    }

    private long Needed(MachineLearningVmSize size) => (long)NewNodes * size.VCpus!.Value;

    private string Fault(MachineLearningVmSize size, long needed, List<Quota> exceeded)
    {
        var lines = exceeded.Select(quota =>
            $"{Environment.NewLine}  {quota.Name}: {needed} needed, {quota.Used} of {quota.Limit} used, {quota.Left} left"
        );
        var choices = Choices(size).ToList();
        var run = choices.Count == 0 ? "" : $"Run with {string.Join(" or ", choices)}, or ";
        var wait = exceeded.All(quota => needed <= quota.Limit) ? "wait until other nodes are released, or " : "";
        var what = run + wait + $"request a higher limit at {QuotaPage}.";
        return $"NODES is {planned.MaxNodes}, which needs {needed} vCPUs {(existingNodes > 0 ? "more " : "")}of {size.Name} in "
            + $"{planned.Location}; it must fit into what is left of each quota:"
            + $"{string.Concat(lines)}{Environment.NewLine}  {char.ToUpperInvariant(what[0])}{what[1..]}";
    }

    /// <summary>Returns overrides with which the plan would fit.</summary>
    private IEnumerable<string> Choices(MachineLearningVmSize size)
    {
        var nodes = (existingNodes ?? 0) + (quotas.Of(size, planned.Priority).Min(quota => quota.Left) / size.VCpus!.Value);
        if (nodes >= Math.Max(1, planned.MinNodes))
            yield return $"--set=NODES={nodes}";
        if (existingNodes is not null)
            yield break; // a cluster can change neither priority nor size
        if (planned.Priority == VmPriority.Dedicated && size.LowPriorityCapable is true && Fits(size, VmPriority.LowPriority))
            yield return "--set=COMPUTE.PRIORITY=LowPriority";
        var other = sizes
            .Trainable.Where(candidate =>
                candidate.Name != size.Name
                && (planned.Priority == VmPriority.Dedicated || candidate.LowPriorityCapable is true)
                && Fits(candidate, planned.Priority)
            )
            .OrderBy(candidate => candidate.Gpus < size.Gpus)
            .FirstOrDefault();
        if (other is not null)
            yield return $"--set=COMPUTE.VM_SIZE={other.Name}";
    }

    // Low-priority nodes have a total limit and mostly none per family. For dedicated nodes, a family that is not listed is not proposed.
    private bool Fits(MachineLearningVmSize size, VmPriority priority) =>
        size.VCpus > 0
        && (priority == VmPriority.LowPriority ? quotas.Total(priority) : quotas.OfFamily(size, priority)) is not null
        && quotas.Of(size, priority).All(quota => Needed(size) <= quota.Left);
}
