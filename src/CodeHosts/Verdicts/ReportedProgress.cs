namespace CodeHosts.Verdicts;

/// <summary>How far a job is.</summary>
/// <param name="Step">The steps that are done.</param>
/// <param name="Steps">All steps; above 0.</param>
/// <param name="EtaSeconds">Seconds until the end; null when it is unknown.</param>
public sealed record ReportedProgress(int Step, int Steps, double? EtaSeconds);
