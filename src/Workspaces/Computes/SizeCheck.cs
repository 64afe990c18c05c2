using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Json;
using Experiments.Model;
using Experiments.Plans;
using Experiments.VmSizes;

namespace Workspaces.Computes;

/// <summary>Checks whether the VM size can train in a cluster of the region.</summary>
/// <param name="planned">The planned cluster.</param>
/// <param name="sizes">VM sizes of the region.</param>
/// <param name="today">Current date; sizes retired by then are not proposed.</param>
internal sealed class SizeCheck(ComputePlan planned, IReadOnlyList<MachineLearningVmSize> sizes, DateOnly today)
{
    /// <summary>Maximum number of sizes in a message.</summary>
    private const int MostNamed = 12;

    /// <summary>Gets the size as the region lists it; null when clusters cannot use it.</summary>
    public MachineLearningVmSize? Size { get; } = sizes.FirstOrDefault(size => IsForClusters(size) && Same(size.Name, planned.VmSize));

    /// <summary>Gets the sizes for clusters with a GPU, smallest first.</summary>
    public IReadOnlyList<MachineLearningVmSize> Trainable { get; } =
    [
        .. sizes
            .Where(size => IsForClusters(size) && size.Gpus > 0 && VmRetirements.Find(size.Name!, planned.Location)?.IsOver(today) != true)
            .OrderBy(size => size.VCpus)
            .ThenBy(size => size.Name, StringComparer.Ordinal),
    ];

    /// <summary>Returns the faults, each with its fix.</summary>
    public IEnumerable<string> Faults()
    {
        if (Size is null)
        {
            var found = sizes.Any(size => Same(size.Name, planned.VmSize)) ? "does not offer for clusters" : "does not offer";
            yield return $"COMPUTE.VM_SIZE is {planned.VmSize}, which {planned.Location} {found}; "
                + $"{Required(NearestName.Find(planned.VmSize, Names(Trainable)))}";
            yield break;
        }

        if (Size.Gpus is 0)
        {
            yield return $"COMPUTE.VM_SIZE is {planned.VmSize}, which has no GPU; {Required(proposed: null)} An existing cluster of this "
                + "size can still be used.";
        }

        if (planned.Priority == VmPriority.LowPriority && Size.LowPriorityCapable is false)
        {
            var others = Trainable.Where(size => size.LowPriorityCapable is true).ToList();
            yield return $"COMPUTE.PRIORITY is LowPriority, which {planned.VmSize} does not support; it must be Dedicated "
                + "(--set=COMPUTE.PRIORITY=Dedicated)"
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
                $"it must be a size with a GPU, and {planned.Location} offers none. Set LOCATION in the environment config to a "
                    + "region that does.",
            (_, { } near) =>
                $"it must be one with a GPU that it offers: {List(Trainable)}. Did you mean {near} (--set=COMPUTE.VM_SIZE={near})?"
                    + NearestName.Difference(planned.VmSize, near),
            _ => $"it must be one with a GPU that {planned.Location} offers: {List(Trainable)}. The smallest is "
                + $"--set=COMPUTE.VM_SIZE={Trainable[0].Name}.",
        };

    private string List(IReadOnlyList<MachineLearningVmSize> of) =>
        string.Join(", ", Names(of.Take(MostNamed)))
        + (
            of.Count > MostNamed
                ? $" and {of.Count - MostNamed} more (`az ml compute list-sizes --location {planned.Location}` shows them)"
                : ""
        );
}
