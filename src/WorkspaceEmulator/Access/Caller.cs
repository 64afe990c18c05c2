namespace WorkspaceEmulator.Access;

/// <summary>Identifies who sent a request: the owner of the emulator, or the process of one job.</summary>
/// <param name="RunKey">The job whose token was sent; null for the owner.</param>
internal sealed record Caller(string? RunKey)
{
    public bool IsOwner => RunKey is null;

    public bool MayUse(string runKey) => IsOwner || RunKey == runKey;

    public static ValueTask<Caller> BindAsync(HttpContext context) => new(context.Features.Get<Caller>()!);
}
