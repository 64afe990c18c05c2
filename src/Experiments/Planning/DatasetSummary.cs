namespace Experiments.Planning;

/// <summary>The counts and the hash of a dataset without faults.</summary>
/// <param name="Train">The training split.</param>
/// <param name="Test">The test split.</param>
/// <param name="Hash">
/// SHA-256 over the rows used and the MD5 of their images, 64 hex digits; null when it is unknown or was not requested.
/// </param>
/// <param name="DroppedRows">Dropped rows, in the order of the files; empty unless bad rows are dropped.</param>
public sealed record DatasetSummary(
    DatasetSplitSummary Train,
    DatasetSplitSummary Test,
    string? Hash,
    IReadOnlyList<DroppedRow> DroppedRows
)
{
    /// <summary>The same of the training split alone, which decides the weights; null where <see cref="Hash"/> is null.</summary>
    public string? TrainHash { get; init; }

    /// <summary>The validation split; null when DATA.VALIDATION_CSV names none.</summary>
    public DatasetSplitSummary? Validation { get; init; }

    /// <summary>The same hash of the validation split alone; null without one, and where <see cref="Hash"/> is null.</summary>
    public string? ValidationHash { get; init; }

    /// <summary>The reason why the hash was requested and is unknown; null otherwise. It follows a colon and has no full stop.</summary>
    public string? HashUnknownReason { get; init; }

    /// <summary>Whether the boxes were checked against the sizes of their images. The job checks them in any case.</summary>
    public bool BoxesChecked { get; init; } = true;

    /// <summary>Notes on the use of images and boxes where the files leave a choice, as whole sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The file name of the training split.</summary>
    public string TrainCsv => Train.Csv;

    /// <summary>The file name of the test split.</summary>
    public string TestCsv => Test.Csv;

    /// <summary>Describes the files and the number of their images.</summary>
    public override string ToString()
    {
        var pair = $"{TrainCsv} ({Train.Images} images), {TestCsv} ({Test.Images} images)";
        return Validation is null ? pair : $"{pair}, {Validation.Csv} ({Validation.Images} images, for validation)";
    }
}
