namespace Datasets.Checks;

/// <summary>Orders the faults of one line.</summary>
internal enum DatasetFaultOrder
{
    Column,
    Fields,
    Number,
    Partial,
    Missing,
    Unreadable,
    Stated,
    NoArea,
    Outside,
    Repeated,
    OneSplit,
    BothSplits,
    NoRows,
}
