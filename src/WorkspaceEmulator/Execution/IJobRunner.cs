namespace WorkspaceEmulator.Execution;

/// <summary>How the command of a job runs on this machine.</summary>
internal interface IJobRunner
{
    /// <summary>Runs a job's command until nothing of it is left.</summary>
    /// <param name="job">What runs.</param>
    /// <param name="progress">Told when the command begins and when it is done.</param>
    /// <param name="stop">Ends everything of the job: TERM, and KILL after <see cref="IJobProgress.Grace"/>.</param>
    /// <returns>How it ended. What goes wrong with the job is a failure of it, never thrown.</returns>
    Task<CommandResult> RunAsync(JobAttempt job, IJobProgress progress, CancellationToken stop);
}
