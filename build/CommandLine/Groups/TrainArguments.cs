using System.Globalization;

namespace Build.CommandLine.Groups;

/// <summary>The arguments of a training run.</summary>
public sealed class TrainArguments() : ArgumentGroup(GivenPlan.File, Wait, Drill)
{
    private const string Prefix = "evict@step:";
    private const string Rule = "evict@step:N with a step of at least 1, such as evict@step:40";

    public static readonly Argument<bool> Wait = Arguments.Boolean("wait", "follows the job to its end; default true", otherwise: true);

    public static readonly RepeatedArgument Drill = new(
        "drill",
        "evict@step:N",
        "takes the job's node away after a step, on the emulator; repeatable",
        text => StepOf(text)
    );

    /// <summary>Returns the step of a drill.</summary>
    /// <exception cref="FormatException">Carries the rule.</exception>
    public static int StepOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return
            text.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step)
            && step >= 1
            ? step
            : throw new FormatException(Rule);
    }
}
