namespace WorkspaceEmulator.Execution;

/// <summary>How a command ended: it was stopped, it failed for a reason, or else it was a success.</summary>
/// <param name="WasStopped">It was ended from outside before it was done.</param>
/// <param name="Failure">Why the job failed and what to do; null when it did not.</param>
/// <param name="Code">Whose failure: <c>UserError</c> of the job, <c>SystemError</c> of this machine.</param>
internal sealed record CommandResult(bool WasStopped, string? Failure, string Code)
{
    public static readonly CommandResult Success = new(false, null, "");
    public static readonly CommandResult Stopped = new(true, null, "");

    public static CommandResult Failed(string failure, string code = "UserError") => new(false, failure, code);
}
