namespace Build.Sessions.Jobs.Outcomes;

/// <summary>The CSV files that a job read, by split.</summary>
public sealed record OutcomeDatasets(string Train, string Test);
