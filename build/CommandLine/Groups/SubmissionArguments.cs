namespace Build.CommandLine.Groups;

/// <summary>The arguments that decide which job is submitted.</summary>
public sealed class SubmissionArguments() : ArgumentGroup(Name, Rerun)
{
    public static readonly Argument<string?> Name = Arguments.Text(
        "name",
        "NAME",
        "the name of the job, instead of the one that follows from the plan",
        JobName.Check,
        decidesPlan: true
    );

    public static readonly Argument<bool> Rerun = Arguments.Switch(
        "rerun",
        "trains again even if an unchanged experiment has completed",
        decidesPlan: true
    );
}
