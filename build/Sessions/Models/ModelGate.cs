using System.Globalization;
using Build.CommandLine;
using Build.CommandLine.Groups.Models;
using Build.Log;
using Build.Sessions.Reports;
using Cake.Core;
using Experiments.Json;
using Reports.Building;
using Reports.Reading;
using Reports.Records;
using Workspaces.Models;

namespace Build.Sessions.Models;

/// <summary>Decides whether the model of a job may be registered: <c>--min-metric</c> and <c>--only-if-better</c>.</summary>
public sealed class ModelGate(CommandArguments arguments, RunReader runs, PairedComparison comparison)
{
    private const string Compared = "eval_mAP";

    /// <summary>Checks the thresholds of <c>--min-metric</c>.</summary>
    /// <exception cref="CakeException">One or more metrics are below, or have no value; names each.</exception>
    public void CheckThresholds(string job, IReadOnlyDictionary<string, double> metrics)
    {
        var faults = arguments
            .Get(RegistrationArguments.MinMetric)
            .Select(RegistrationArguments.Threshold)
            .Select(threshold => FindFault(job, metrics, threshold.Metric, threshold.Least))
            .OfType<string>()
            .ToList();
        if (faults.Count > 0)
            throw new CakeException(string.Join(Environment.NewLine, [.. faults, "Nothing was registered."]));
    }

    /// <summary>Compares a run with the newest registered version, where <c>--only-if-better</c> is given.</summary>
    /// <param name="context">The run of the host.</param>
    /// <param name="run">The run whose model is to be registered.</param>
    /// <param name="versions">The versions of the model, newest first.</param>
    /// <exception cref="CakeException">The run is not better; says by how much, or why the two could not be compared.</exception>
    public async Task CheckBetterAsync(BuildContext context, RunFacts run, IReadOnlyList<ModelVersion> versions)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(versions);
        if (!arguments.Get(RegistrationArguments.OnlyIfBetter))
            return;
        if (versions.FirstOrDefault(version => !version.IsArchived) is not { } registered)
        {
            context.ReportDetail("compared", "with nothing: the model has no version");
            return;
        }

        if (registered.Job is not { } job || !IsJobName(job))
        {
            throw new CakeException(
                $"{registered} names no job, so that job {run.Job} cannot be compared with it; --only-if-better needs the predictions of "
                    + "both. Leave it out, or archive that version: "
                    + $"az ml model archive --name {registered.Name} --version {registered.Version}"
            );
        }

        var baseline = await runs.ReadAsync(context, job, RunArtifacts.OfBaseline);
        var compared = await comparison.RunAsync(context, run, baseline);
        var metric = compared.Metrics.GetValueOrDefault(Compared);
        if (!compared.Paired || metric is not { Low: { } low, High: { } high })
        {
            throw new CakeException(
                $"Job {run.Job} cannot be compared with {registered} (job {job}): {compared.Reason ?? $"{Compared} has no value"}. "
                    + "--only-if-better must have both on the same test images. Leave it out to register without a comparison. "
                    + "Nothing was registered."
            );
        }

        var sentence = string.Create(
            CultureInfo.InvariantCulture,
            $"{Compared} is {metric.Value:0.####} against {metric.Baseline:0.####} of {registered} (job {job}), a difference of "
                + $"{metric.Difference:+0.####;-0.####;0}, 95 % interval {low:+0.####;-0.####;0} to {high:+0.####;-0.####;0}"
        );
        if (metric.Word != Word.Better)
        {
            throw new CakeException(
                $"{sentence}; with --only-if-better the interval must be above 0. Nothing was registered. "
                    + "Leave --only-if-better out to register the job all the same."
            );
        }

        context.ReportDetail("compared", sentence);
    }

    private static string? FindFault(string job, IReadOnlyDictionary<string, double> metrics, string name, double least)
    {
        // -1 says that there was nothing to measure.
        if (metrics.TryGetValue(name, out var value) && double.IsFinite(value) && value >= 0)
        {
            return value < least
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name} of job {job} is {value:0.######}; it must be at least {least:0.######} (--min-metric); "
                        + $"{least - value:0.######} are missing."
                )
                : null;
        }

        var near = NearestName.Find(name, metrics.Keys);
        return $"Job {job} has no value of {name}; --min-metric must name a metric that it measured. "
            + (
                near is null || near == name
                    ? $"Its metrics: dotnet cake --target=Report --job={job}"
                    : $"Did you mean {near}?{NearestName.Difference(name, near)}"
            );
    }

    private static bool IsJobName(string name)
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
}
