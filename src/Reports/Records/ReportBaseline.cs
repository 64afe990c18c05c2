namespace Reports.Records;

/// <summary>The run with which a run is compared.</summary>
/// <param name="Job">Name of the job.</param>
/// <param name="Commit">Commit of the run; null when it is unknown.</param>
/// <param name="Source">Its source.</param>
public sealed record ReportBaseline(string Job, string? Commit, BaselineSource Source);
