using Reports;

namespace Build.CommandLine.Groups.Pipelines;

/// <summary>The arguments of a report.</summary>
public sealed class ReportArguments() : ArgumentGroup(Job, JobArguments.ExperimentFile, Baseline, FailOn)
{
    public static readonly Argument<string?> Job = Arguments.Text(
        "job",
        "NAME",
        "the job; default the job of artifacts/outcome.json, else that of the last plan",
        JobName.Check
    );

    public static readonly Argument<string?> Baseline = Arguments.Text(
        "baseline",
        "JOB|BRANCH|FILE",
        "the baseline: a job, the newest completed run of a branch, or fetched artifacts; default main"
    );

    public static readonly RepeatedArgument FailOn = new(
        "fail-on",
        "RULE",
        "fails on worse:METRIC or below:METRIC:NUMBER; repeatable",
        text => FailRules.Parse([text])
    );
}
