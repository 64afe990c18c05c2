namespace Datasets.Checks;

/// <summary>The order of faults at one line.</summary>
internal enum DatasetFaultOrder
{
    Column,
    Fields,
    Number,
    Partial,
    Missing,
    Unreadable,
    NoArea,
    Outside,
    OneSplit,
    BothSplits,
    NoRows,
}
