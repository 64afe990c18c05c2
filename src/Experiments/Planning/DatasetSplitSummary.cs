namespace Experiments.Planning;

/// <summary>The counts of one split.</summary>
/// <param name="Csv">File name in <c>{IMAGE_TYPE}/datasets</c>.</param>
/// <param name="Rows">Rows used.</param>
/// <param name="Images">Distinct images.</param>
/// <param name="EmptyImages">Images without an object.</param>
/// <param name="Boxes">Boxes per class, classes in ordinal order.</param>
public sealed record DatasetSplitSummary(string Csv, int Rows, int Images, int EmptyImages, IReadOnlyDictionary<string, int> Boxes);
