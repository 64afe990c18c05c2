namespace Datasets.Checks;

/// <summary>Reports a dataset on which no model can be trained. Carries every fault found, not only the first.</summary>
public sealed class DatasetException(IReadOnlyList<DatasetFault> faults)
    : Exception($"The dataset cannot be used:\n  {string.Join("\n  ", faults)}")
{
    public IReadOnlyList<DatasetFault> Faults { get; } = faults;
}
