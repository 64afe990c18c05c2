namespace Experiments.Planning;

/// <summary>A dataset that can be trained on.</summary>
/// <param name="Train">The training split.</param>
/// <param name="Test">The test split.</param>
/// <param name="Hash">SHA-256 over the rows used and the digests of their images, 64 hex digits; null when it was not asked for.</param>
/// <param name="DroppedRows">Rows left out, in the order of the files; empty unless bad rows are dropped.</param>
public sealed record DatasetSummary(
    DatasetSplitSummary Train,
    DatasetSplitSummary Test,
    string? Hash,
    IReadOnlyList<DroppedRow> DroppedRows
)
{
    /// <summary>Whether the boxes were held to the sizes of their images; the job does it in any case.</summary>
    public bool BoxesChecked { get; init; } = true;

    /// <summary>File name of the training split.</summary>
    public string TrainCsv => Train.Csv;

    /// <summary>File name of the test split.</summary>
    public string TestCsv => Test.Csv;
}
