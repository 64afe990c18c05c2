namespace Datasets.Sources;

/// <summary>The state of the files of a dataset, as far as it decides the result of reading them.</summary>
/// <param name="Lines">One line per file: CSV files by their content, images by size and time.</param>
/// <param name="NewestWrite">The latest time at which a file was written, in UTC.</param>
internal sealed record FolderState(IReadOnlyList<string> Lines, DateTime NewestWrite);
