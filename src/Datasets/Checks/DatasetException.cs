namespace Datasets.Checks;

/// <summary>A dataset that cannot be trained on. Carries every fault found, not only the first.</summary>
public sealed class DatasetException(IReadOnlyList<DatasetFault> faults)
    : Exception($"The dataset cannot be used:\n  {string.Join("\n  ", faults)}")
{
    public IReadOnlyList<DatasetFault> Faults { get; } = faults;
}
