using System.Globalization;

namespace Datasets.Checks;

/// <summary>Reports a dataset on which no model can be trained. Carries every fault found, not only the first.</summary>
public sealed class DatasetException(IReadOnlyList<DatasetFault> faults) : Exception(Describe(faults))
{
    // A dataset may have a fault in each of its rows.
    private const int MostShown = 50;

    public IReadOnlyList<DatasetFault> Faults { get; } = faults;

    private static string Describe(IReadOnlyList<DatasetFault> faults)
    {
        var shown = $"The dataset cannot be used:\n  {string.Join("\n  ", faults.Take(MostShown))}";
        return faults.Count <= MostShown
            ? shown
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{shown}\n  and {faults.Count - MostShown} more; all of them: dotnet cake --target=Doctor"
            );
    }
}
