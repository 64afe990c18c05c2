using System.Text.RegularExpressions;
using Build.CommandLine;
using Build.CommandLine.Groups;
using Experiments.Plans;
using Experiments.Records;
using Workspaces.Jobs;

namespace Build.Sessions.Reports;

/// <summary>The plan and the web page of a job, from the records of this checkout.</summary>
/// <param name="Plan">The plan of the job; null when it was planned elsewhere.</param>
/// <param name="StudioUrl">Web page of the job; null when it is unknown.</param>
internal sealed partial record KnownPlan(ExperimentPlan? Plan, string? StudioUrl)
{
    /// <summary>Gets the exp_config's path as it was given; null when it is unknown.</summary>
    public string? ExpConfig => Plan?.Origin?.Arguments.GetValueOrDefault(ExperimentArguments.File.Name) is [var file, ..] ? file : null;

    /// <summary>Finds the records of a job.</summary>
    /// <param name="context">The run.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="planName">The plan that the job's passport names; from outside.</param>
    public static KnownPlan Find(BuildContext context, string job, string? planName)
    {
        foreach (var name in new[] { job, planName, Attempt().Replace(job, "") }.OfType<string>().Where(IsName))
        {
            var records = PlanStore.Records(context, name);
            var file = PlanFile.Of(context.ArtifactsFolder, name);
            if (!File.Exists(file))
                continue;
            try
            {
                var submitted = records.Has<SubmittedJob>() ? records.Read<SubmittedJob>() : null;
                return new KnownPlan(PlanFile.Read(file), submitted?.Name == job ? submitted.StudioUrl : null);
            }
            catch (RecordException)
            {
                // A plan of another version of this program says nothing that a report needs.
                continue;
            }
        }

        return new KnownPlan(null, null);
    }

    private static bool IsName(string name)
    {
        try
        {
            JobName.Check(name);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    [GeneratedRegex("-[0-9]{1,6}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Attempt();
}
