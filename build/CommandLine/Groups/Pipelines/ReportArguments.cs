using System.Text.RegularExpressions;
using Reports;

namespace Build.CommandLine.Groups.Pipelines;

/// <summary>The arguments of a report.</summary>
public sealed partial class ReportArguments() : ArgumentGroup(Job, JobArguments.ExperimentFile, Baseline, FailOn)
{
    /// <summary>The value of <see cref="Baseline"/> that compares with nothing.</summary>
    public const string NoBaseline = "none";

    public static readonly Argument<string?> Job = Arguments.Text(
        "job",
        "NAME",
        "the job; default the job of artifacts/outcome.json, else that of the last plan",
        JobName.Check
    );

    public static readonly Argument<string?> Baseline = Arguments.Text(
        "baseline",
        "JOB|BRANCH|FILE|none",
        "the baseline: a job, the newest completed run of a branch, or fetched artifacts; none compares with nothing; default main"
    );

    public static readonly RepeatedArgument FailOn = new(
        "fail-on",
        "RULE",
        "fails on worse:METRIC or below:METRIC:NUMBER; repeatable, or several separated by spaces",
        text => FailRules.Parse([text])
    )
    {
        Separator = BeforeRule(),
    };

    /// <summary>Returns the blanks before a rule: the name of a metric may contain some.</summary>
    [GeneratedRegex(@"\s+(?=(worse|below):)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex BeforeRule();
}
