using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Model;
using Experiments.Plans;

namespace Workspaces.Computes;

/// <summary>Do the nodes of a plan fit what is left of the quotas, and if not, what would?</summary>
/// <param name="asked">What the plan asks for.</param>
/// <param name="nodesThere">Nodes of the cluster that count already; null when the cluster does not exist yet.</param>
/// <param name="sizes">The sizes of the region.</param>
/// <param name="quotas">The quotas of the region.</param>
/// <param name="subscriptionId">Whose quotas they are.</param>
internal sealed class QuotaCheck(ComputePlan asked, int? nodesThere, SizeCheck sizes, Quotas quotas, string subscriptionId)
{
    private int NewNodes => Math.Max(0, asked.MaxNodes - (nodesThere ?? 0));

    private string AskForMore => $"https://ml.azure.com/quota/{subscriptionId}";

    public IEnumerable<string> Faults()
    {
        if (nodesThere is null && quotas.Clusters is { Left: < 1 } clusters)
        {
            yield return $"COMPUTE_NAME is '{asked.Name}', a cluster that does not exist yet, and {clusters.Used} of {clusters.Limit} clusters are used in {asked.Location}; "
                + $"it must be one that exists. Name one, delete one that nobody uses, or ask for a higher limit at {AskForMore}.";
        }

        if (sizes.Size is { VCpus: > 0 } size)
        {
            var needed = Needed(size);
            var exceeded = quotas.Of(size, asked.Priority).Where(quota => needed > quota.Left).ToList();
            if (exceeded.Count > 0)
                yield return Fault(size, needed, exceeded);
        }
    }

    /// <summary>What could not be looked at.</summary>
    public IEnumerable<string> Notes()
    {
        if (sizes.Size is { } size && asked.Priority == VmPriority.Dedicated && quotas.OfFamily(size, asked.Priority) is null)
        {
            yield return $"The quota of {size.Family ?? "the family of " + size.Name} was not checked: the usages of {asked.Location} do not list it.";
        }
    }

    private long Needed(MachineLearningVmSize size) => (long)NewNodes * size.VCpus!.Value;

    private string Fault(MachineLearningVmSize size, long needed, List<Quota> exceeded)
    {
        var lines = exceeded.Select(quota =>
            $"{Environment.NewLine}  {quota.Name}: {needed} asked, {quota.Used} of {quota.Limit} used, {quota.Left} left"
        );
        var choices = Choices(size).ToList();
        var run = choices.Count == 0 ? "" : $"Run with {string.Join(" or ", choices)}, or ";
        var wait = exceeded.All(quota => needed <= quota.Limit) ? "wait until other nodes are given back, or " : "";
        var what = run + wait + $"ask for a higher limit at {AskForMore}.";
        return $"NODES is {asked.MaxNodes}, which takes {needed} vCPUs {(nodesThere > 0 ? "more " : "")}of {size.Name} in {asked.Location}; it must fit what is left of each quota:"
            + $"{string.Concat(lines)}{Environment.NewLine}  {char.ToUpperInvariant(what[0])}{what[1..]}";
    }

    /// <summary>Overrides with which the plan would fit.</summary>
    private IEnumerable<string> Choices(MachineLearningVmSize size)
    {
        var nodes = (nodesThere ?? 0) + (quotas.Of(size, asked.Priority).Min(quota => quota.Left) / size.VCpus!.Value);
        if (nodes >= Math.Max(1, asked.MinNodes))
            yield return $"--set=NODES={nodes}";
        if (nodesThere is not null)
            yield break; // what follows cannot be changed about a cluster
        if (asked.Priority == VmPriority.Dedicated && size.LowPriorityCapable is true && Fits(size, VmPriority.LowPriority))
            yield return "--set=COMPUTE.PRIORITY=LowPriority";
        var other = sizes
            .Trainable.Where(candidate =>
                candidate.Name != size.Name
                && (asked.Priority == VmPriority.Dedicated || candidate.LowPriorityCapable is true)
                && Fits(candidate, asked.Priority)
            )
            .OrderBy(candidate => candidate.Gpus < size.Gpus)
            .FirstOrDefault();
        if (other is not null)
            yield return $"--set=COMPUTE.VM_SIZE={other.Name}";
    }

    // Low-priority nodes have a limit in all and mostly none by family; for others, a family that is not listed is not proposed.
    private bool Fits(MachineLearningVmSize size, VmPriority priority) =>
        size.VCpus > 0
        && (priority == VmPriority.LowPriority ? quotas.Total(priority) : quotas.OfFamily(size, priority)) is not null
        && quotas.Of(size, priority).All(quota => Needed(size) <= quota.Left);
}
