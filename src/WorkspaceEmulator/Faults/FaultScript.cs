namespace WorkspaceEmulator.Faults;

/// <summary>A list of faults that the emulator brings about.</summary>
internal sealed record FaultScript(IReadOnlyList<FaultRule> Rules)
{
    public static readonly FaultScript Empty = new([]);
}
