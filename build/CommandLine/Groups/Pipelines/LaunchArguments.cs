namespace Build.CommandLine.Groups.Pipelines;

/// <summary>The arguments of a launch.</summary>
public sealed class LaunchArguments() : ArgumentGroup(TrainArguments.Wait, Again)
{
    public static readonly Argument<bool> Again = Arguments.Switch(
        "again",
        "trains again even if an unchanged experiment has completed, as /train … --again does"
    );
}
