namespace Build.CommandLine.Groups;

/// <summary>The arguments of targets that may start the emulator.</summary>
public sealed class EmulatorArguments() : ArgumentGroup(Record, Faults)
{
    public static readonly Argument<string?> Record = Arguments.Text(
        "record",
        "FILE",
        "records the emulator's traffic, one JSON object per line"
    );

    public static readonly Argument<string?> Faults = Arguments.Text(
        "faults",
        "FILE",
        "the fault script that the emulator carries out; see docs/emulator.md"
    );
}
