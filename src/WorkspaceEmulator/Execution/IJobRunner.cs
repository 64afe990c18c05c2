namespace WorkspaceEmulator.Execution;

/// <summary>Runs commands of jobs on this machine.</summary>
internal interface IJobRunner
{
    /// <summary>Runs a job's command until all of its processes have ended.</summary>
    /// <param name="job">The attempt that runs.</param>
    /// <param name="progress">Told when the command begins and when it is done.</param>
    /// <param name="stop">Ends everything of the job: TERM, and KILL after <see cref="IJobProgress.Grace"/>.</param>
    /// <returns>How it ended. Errors of the job are in the result and never thrown.</returns>
    Task<CommandResult> RunAsync(JobAttempt job, IJobProgress progress, CancellationToken stop);
}
