namespace Reports.Records;

/// <summary>The progress of a running job.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Steps">Optimizer steps of the whole run, at least 1.</param>
/// <param name="EtaSeconds">Seconds of training that remain at the pace so far; null while the pace is unknown.</param>
public sealed record ReportProgress(long Step, long Steps, long? EtaSeconds);
