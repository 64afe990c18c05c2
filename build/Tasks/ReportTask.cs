using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Models;
using Build.CommandLine.Groups.Pipelines;
using Build.Sessions.Reports;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Reports a job and compares it with a baseline.</summary>
[TaskName("Report")]
[TaskDescription("Writes report.html, report.md, report.json and comment.md: the results, and whether they are better than the baseline's")]
[ReportArguments]
[PriceArguments]
[EmulatorArguments]
[SignInArguments]
[TaskExample("--target=Report", "the last job, compared with the newest run of its experiment on main")]
[TaskExample("--target=Report --job=demo-f015be81adce --baseline=demo-84858446e27f", "two jobs")]
[TaskExample("--target=Report --fail-on=worse:eval_mAP --fail-on=below:eval_AP50:0.6", "a gate: exit code 1 when a rule is broken")]
public sealed class ReportTask(ReportSession reports) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => reports.RunAsync(context);
}
