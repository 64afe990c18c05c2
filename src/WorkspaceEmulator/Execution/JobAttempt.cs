using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Execution;

/// <summary>A job whose turn it is.</summary>
/// <param name="Workspace">The workspace it belongs to.</param>
/// <param name="Run">The job; its working folder and logs are made.</param>
/// <param name="Mounts">Its inputs and outputs on this machine.</param>
/// <param name="Log">Takes what the command writes, both streams in the order they come.</param>
/// <param name="Token">Opens run history, artifacts and MLflow of this job.</param>
/// <param name="TokenExpires">When the token's promise ends; the token itself ends with the job.</param>
internal sealed record JobAttempt(Workspace Workspace, Run Run, JobMounts Mounts, Stream Log, string Token, DateTimeOffset TokenExpires)
{
    /// <summary>What the job's PUT said.</summary>
    public CommandJob Definition => Run.Job!;
}
