namespace Build.CommandLine.Groups;

/// <summary>The arguments that select a job and its workspace.</summary>
public sealed class JobArguments() : ArgumentGroup(Job, ExperimentFile)
{
    public static readonly Argument<string?> Job = Arguments.Text(
        "job",
        "NAME",
        "the job; default the job of the last plan",
        JobName.Check
    );

    public static readonly Argument<string?> ExperimentFile = Arguments.Text(
        "exp-config",
        "FILE",
        "the experiment whose environment config names the workspace; default the workspace of the last plan"
    );
}
