namespace WorkspaceEmulator.Faults;

/// <summary>Holds the rules by which the emulator injects faults.</summary>
internal sealed record FaultScript(IReadOnlyList<FaultRule> Rules)
{
    public static readonly FaultScript Empty = new([]);
}
