using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Execution;

/// <summary>How the command of a job runs on this machine.</summary>
internal interface IJobRunner
{
    /// <summary>Runs a job's command until nothing of it is left.</summary>
    /// <param name="job">What runs.</param>
    /// <param name="progress">Told when the command begins and when it is done.</param>
    /// <param name="stop">Ends everything of the job: TERM, and KILL after <see cref="IJobProgress.Grace"/>.</param>
    /// <returns>How it ended. What goes wrong with the job is a failure of it, never thrown.</returns>
    Task<CommandEnd> RunAsync(JobCommand job, IJobProgress progress, CancellationToken stop);
}

/// <summary>Hears how far a command is.</summary>
internal interface IJobProgress
{
    /// <summary>The command runs from now on.</summary>
    void Started();

    /// <summary>The command is done; what it left behind is being cleared up.</summary>
    void Ended();

    /// <summary>Time between TERM and KILL when the job is ended now: none when its node is taken away.</summary>
    TimeSpan Grace { get; }
}

/// <summary>A job whose turn it is.</summary>
/// <param name="Workspace">The workspace it belongs to.</param>
/// <param name="Run">The job; its working folder and logs are made.</param>
/// <param name="Mounts">Its inputs and outputs on this machine.</param>
/// <param name="Log">Takes what the command writes, both streams in the order they come.</param>
/// <param name="Token">Opens run history, artifacts and MLflow of this job.</param>
/// <param name="TokenExpires">When the token's promise ends; the token itself ends with the job.</param>
internal sealed record JobCommand(Workspace Workspace, Run Run, JobMounts Mounts, Stream Log, string Token, DateTimeOffset TokenExpires)
{
    /// <summary>What the job's PUT said.</summary>
    public CommandJob Definition => Run.Job!;
}

/// <summary>How a command ended: it was stopped, it failed for a reason, or else it was a success.</summary>
/// <param name="WasStopped">It was ended from outside before it was done.</param>
/// <param name="Failure">Why the job failed and what to do; null when it did not.</param>
/// <param name="Code">Whose failure: <c>UserError</c> of the job, <c>SystemError</c> of this machine.</param>
internal sealed record CommandEnd(bool WasStopped, string? Failure, string Code)
{
    public static readonly CommandEnd Success = new(false, null, "");
    public static readonly CommandEnd Stopped = new(true, null, "");

    public static CommandEnd Failed(string failure, string code = "UserError") => new(false, failure, code);
}
