namespace Fixtures.Pipelines;

/// <summary>A script step that ran.</summary>
/// <param name="Job">The job.</param>
/// <param name="Name">The step.</param>
/// <param name="ExitCode">The exit code of its script.</param>
/// <param name="Output">Everything that it printed.</param>
public sealed record StepResult(string Job, string Name, int ExitCode, string Output);
