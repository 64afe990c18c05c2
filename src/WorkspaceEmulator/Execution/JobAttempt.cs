using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Execution;

/// <summary>Represents one attempt of a job, which has its nodes.</summary>
/// <param name="Workspace">The workspace it belongs to.</param>
/// <param name="Run">The job; its working folder and logs exist.</param>
/// <param name="Mounts">Its inputs and outputs on this machine.</param>
/// <param name="Log">Receives what the command writes, both streams in the order of arrival.</param>
/// <param name="Token">Grants access to run history, artifacts and MLflow of this job.</param>
/// <param name="TokenExpires">Expiry that the job is told; the token itself ends with the job.</param>
internal sealed record JobAttempt(Workspace Workspace, Run Run, JobMounts Mounts, Stream Log, string Token, DateTimeOffset TokenExpires)
{
    /// <summary>Gets the job's definition.</summary>
    public CommandJob Definition => Run.Job!;
}
