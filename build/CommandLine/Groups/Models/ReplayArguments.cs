namespace Build.CommandLine.Groups.Models;

/// <summary>The arguments of a replay.</summary>
public sealed class ReplayArguments() : ArgumentGroup(JobArguments.Job, Run, AcceptDifferences, TrainArguments.Wait)
{
    public static readonly Argument<bool> Run = Arguments.Switch("run", "submits the job again; without it nothing is submitted");

    public static readonly Argument<bool> AcceptDifferences = Arguments.Switch(
        "accept-differences",
        "with --run, submits the experiment as it is now although it differs from the job"
    );
}
