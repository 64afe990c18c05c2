namespace EndToEnd.PullRequests;

/// <summary>A script step that ran.</summary>
/// <param name="Job">The job.</param>
/// <param name="Name">The step.</param>
/// <param name="ExitCode">What its script ended with.</param>
/// <param name="Output">Everything that it printed.</param>
public sealed record StepResult(string Job, string Name, int ExitCode, string Output);
