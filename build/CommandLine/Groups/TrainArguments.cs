namespace Build.CommandLine.Groups;

/// <summary>The arguments of a training run.</summary>
public sealed class TrainArguments() : ArgumentGroup(GivenPlan.File, Wait)
{
    public static readonly Argument<bool> Wait = Arguments.Boolean("wait", "follows the job to its end; default true", otherwise: true);
}
