namespace WorkspaceEmulator.Execution;

/// <summary>Describes how a command ended: stopped, failed for a reason, or succeeded.</summary>
/// <param name="WasStopped">Whether it was ended from outside before it was done.</param>
/// <param name="Failure">Why the job failed and what to do; null when it did not fail.</param>
/// <param name="Code">Whose failure: <c>UserError</c> of the job, <c>SystemError</c> of this machine.</param>
internal sealed record CommandResult(bool WasStopped, string? Failure, string Code)
{
    public static readonly CommandResult Success = new(false, null, "");
    public static readonly CommandResult Stopped = new(true, null, "");

    public static CommandResult Failed(string failure, string code = "UserError") => new(false, failure, code);
}
