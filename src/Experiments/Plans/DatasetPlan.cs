namespace Experiments.Plans;

/// <summary>The dataset of a job: two CSV files of one use case in a datastore.</summary>
/// <param name="Datastore">Datastore name.</param>
/// <param name="ImageType">Use case: the parent folder in the datastore.</param>
/// <param name="TrainCsv">File name in <c>{ImageType}/datasets</c>, or <c>latest</c> when the job is left to resolve it.</param>
/// <param name="TestCsv">As <paramref name="TrainCsv"/>, for the test split.</param>
/// <param name="Hash">SHA-256 over rows and image digests, 64 hex digits; null when only the job reads the dataset.</param>
public sealed record DatasetPlan(string Datastore, string ImageType, string TrainCsv, string TestCsv, string? Hash);
