using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Json;
using Experiments.Model;
using Experiments.Plans;
using Experiments.VmSizes;

namespace Workspaces.Computes;

/// <summary>Is the VM size one that a cluster of the region can be trained on?</summary>
/// <param name="asked">What the plan asks for.</param>
/// <param name="sizes">What the region offers.</param>
/// <param name="today">Sizes retired by then are not proposed.</param>
internal sealed class SizeCheck(ComputePlan asked, IReadOnlyList<MachineLearningVmSize> sizes, DateOnly today)
{
    /// <summary>Most sizes named in a message.</summary>
    private const int MostNamed = 12;

    /// <summary>The size as the region has it; null when a cluster cannot be made of it.</summary>
    public MachineLearningVmSize? Size { get; } = sizes.FirstOrDefault(size => IsForClusters(size) && Same(size.Name, asked.VmSize));

    /// <summary>What to train on: the sizes for clusters with a GPU, the smallest first.</summary>
    public IReadOnlyList<MachineLearningVmSize> Trainable { get; } =
    [
        .. sizes
            .Where(size => IsForClusters(size) && size.Gpus > 0 && VmRetirements.Find(size.Name!, asked.Location)?.IsOver(today) != true)
            .OrderBy(size => size.VCpus)
            .ThenBy(size => size.Name, StringComparer.Ordinal),
    ];

    public IEnumerable<string> Faults()
    {
        if (Size is null)
        {
            var found = sizes.Any(size => Same(size.Name, asked.VmSize)) ? "does not offer for clusters" : "does not offer";
            yield return $"COMPUTE.VM_SIZE is {asked.VmSize}, which {asked.Location} {found}; {Required(NearestName.Find(asked.VmSize, Names(Trainable)))}";
            yield break;
        }

        if (Size.Gpus is 0)
        {
            yield return $"COMPUTE.VM_SIZE is {asked.VmSize}, which has no GPU; {Required(proposed: null)} A cluster of it that is there already is used as it is.";
        }

        if (asked.Priority == VmPriority.LowPriority && Size.LowPriorityCapable is false)
        {
            var others = Trainable.Where(size => size.LowPriorityCapable is true).ToList();
            yield return $"COMPUTE.PRIORITY is LowPriority, which {asked.VmSize} cannot be had as; it must be Dedicated (--set=COMPUTE.PRIORITY=Dedicated)"
                + (others.Count == 0 ? "." : $", or COMPUTE.VM_SIZE one of {List(others)}.");
        }
    }

    private static bool Same(string? first, string second) => string.Equals(first, second, StringComparison.OrdinalIgnoreCase);

    private static bool IsForClusters(MachineLearningVmSize size) =>
        size.Name is not null
        && (size.SupportedComputeTypes.Count == 0 || size.SupportedComputeTypes.Contains("AmlCompute", StringComparer.OrdinalIgnoreCase));

    private static IEnumerable<string> Names(IEnumerable<MachineLearningVmSize> of) => of.Select(size => size.Name!);

    private string Required(string? proposed) =>
        (Trainable, proposed) switch
        {
            ({ Count: 0 }, _) =>
                $"it must be a size with a GPU, and {asked.Location} offers none. Set LOCATION in the environment config to a region that does.",
            (_, { } near) =>
                $"it must be one with a GPU that it offers: {List(Trainable)}. Did you mean {near} (--set=COMPUTE.VM_SIZE={near})?",
            _ =>
                $"it must be one with a GPU that {asked.Location} offers: {List(Trainable)}. The smallest is --set=COMPUTE.VM_SIZE={Trainable[0].Name}.",
        };

    private string List(IReadOnlyList<MachineLearningVmSize> of) =>
        string.Join(", ", Names(of.Take(MostNamed)))
        + (
            of.Count > MostNamed
                ? $" and {of.Count - MostNamed} more (`az ml compute list-sizes --location {asked.Location}` shows them)"
                : ""
        );
}
