using System.Globalization;

namespace Images.Building;

/// <summary>Writes the changed inputs that made a build necessary, and the duration and size of its layers.</summary>
internal static class BuildReport
{
    // Columns of the console.
    private const int LongestInstruction = 70;

    /// <summary>Writes the report to the log.</summary>
    /// <param name="built">The image.</param>
    /// <param name="took">Duration of the build.</param>
    /// <param name="say">Writes a line.</param>
    public static void Write(BuiltImage built, TimeSpan took, Action<string> say)
    {
        say($"Image        {built.Reference}: built in {Number(took.TotalSeconds)} s");
        var changes = built.Changes.Count switch
        {
            0 => "the same inputs",
            1 => "1 input differs",
            var count => $"{count} inputs differ",
        };
        say(
            built.Since is null
                ? "  since      nothing to compare with: no earlier image of this branch or of main names its inputs"
                : $"  since      {built.Since}: {changes}"
        );
        foreach (var change in built.Changes)
            say($"    {change}");
        foreach (var step in built.Steps)
            say(Line(step));
    }

    private static string Line(BuildStep step)
    {
        var duration =
            step.IsCached ? "cached"
            : step.Seconds is { } seconds ? $"{Number(seconds)} s"
            : "";
        var size = step.Bytes is { } bytes ? $"{Number(bytes / 1e6)} MB" : "";
        var instruction = step.Instruction.Length > LongestInstruction ? $"{step.Instruction[..LongestInstruction]}…" : step.Instruction;
        return $"  {duration.PadLeft(9)} {size.PadLeft(12)}  [{step.Place}] {instruction}";
    }

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
