namespace Build.CommandLine.Groups;

/// <summary>The arguments that select an experiment.</summary>
public sealed class ExperimentArguments() : ArgumentGroup(File, Set, SetVariable)
{
    public static readonly Argument<string> File = new(
        "exp-config",
        "FILE",
        "the experiment; default exp_configs/demo.json",
        otherwise: "exp_configs/demo.json",
        text => text
    )
    {
        DecidesPlan = true,
    };

    public static readonly RepeatedArgument Set = new("set", "KEY=VALUE", "overrides one value of the experiment; repeatable", text =>
        Arguments.CheckPair(text, "KEY=VALUE, such as RUN_PARAMS.STEPS=2000")
    )
    {
        DecidesPlan = true,
    };

    public static readonly Argument<string?> SetVariable = Arguments.Text(
        "set-variable",
        "NAME",
        "an environment variable with such overrides, one per line",
        decidesPlan: true
    );
}
