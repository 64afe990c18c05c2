namespace Build.CommandLine.Groups.Models;

/// <summary>The argument by which Train registers the model of its job.</summary>
public sealed class RegisterAfterTrainingArguments() : ArgumentGroup(RegisterModel)
{
    public static readonly Argument<bool> RegisterModel = Arguments.Switch(
        "register-model",
        "registers the model of the job when it has completed, as Register-Model does"
    );

    private static readonly Argument[] OnlyWithIt =
    [
        RegistrationArguments.Name,
        RegistrationArguments.Type,
        RegistrationArguments.MinMetric,
        RegistrationArguments.OnlyIfBetter,
    ];

    /// <summary>Finds arguments of a Train that contradict each other, without I/O.</summary>
    public static IEnumerable<string> FindFaults(CommandArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (!arguments.IsTarget("Train") || arguments.IsTarget("Register-Model"))
            yield break;
        var registers = arguments.Get(RegisterModel);
        if (registers && !arguments.Get(TrainArguments.Wait))
        {
            yield return "--register-model is given with --wait=false; only a completed job has a model. Leave --wait out, or register it "
                + "later: dotnet cake --target=Register-Model --job=NAME";
        }

        foreach (var argument in OnlyWithIt.Where(argument => !registers && arguments.IsGiven(argument)))
            yield return $"--{argument.Name} is given to Train; it must be given with --register-model, or be left out.";
    }
}
