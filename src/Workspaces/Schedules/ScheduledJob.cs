using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Model;
using Experiments.Plans;
using Workspaces.Computes;
using Workspaces.Environments;
using Workspaces.Jobs;

namespace Workspaces.Schedules;

/// <summary>Creates the job that a schedule submits again and again.</summary>
internal static class ScheduledJob
{
    /// <summary>The tag of a plan's job that says what its result is. The runs of a schedule need not have the same.</summary>
    private const string ResultTag = "experiment_hash";

    /// <summary>
    /// Creates the job of a plan without what only one run of it shares: every run has its own checkpoints, and so begins from the start.
    /// </summary>
    public static MachineLearningJobProperties Create(ExperimentPlan plan, ComputeTarget compute, RegisteredEnvironment environment)
    {
        var job = (
            plan.Job.Sweep is { } sweep
                ? SweepJobs.Create(plan, sweep, compute, environment)
                : CommandJobs.Create(plan, compute, environment)
        ).Properties;
        job.Tags.Remove(ResultTag);
        foreach (var output in OutputsOf(job).Values.OfType<MachineLearningUriFolderJobOutput>())
            output.Uri = null;
        return job;
    }

    /// <summary>Returns a plan whose runs read the newest dataset each time, where the exp_config says <c>latest</c>.</summary>
    public static ExperimentPlan ReadingLatest(ExperimentPlan plan, Experiment asked)
    {
        var passport = plan.Passport;
        var config = plan.Job.Config.DeepClone();
        foreach (var (key, csv) in new[] { ("TRAIN_CSV", asked.TrainCsv), ("TEST_CSV", asked.TestCsv) })
        {
            if (csv != Experiment.LatestCsv)
                continue;
            config[key] = csv;
            passport = passport with { DatasetHash = null, ValidationHash = null };
        }

        if (asked.TrainCsv == Experiment.LatestCsv)
            passport = passport with { TrainCsv = null };
        if (asked.TestCsv == Experiment.LatestCsv)
            passport = passport with { TestCsv = null };
        return plan with { Passport = passport, Job = plan.Job with { Config = config.AsObject() } };
    }

    /// <summary>Returns everything of a job that a plan decides, as text.</summary>
    public static string Describe(MachineLearningJobProperties job)
    {
        var parts = new List<string?> { job.DisplayName, job.Description, job.ExperimentName, job.ComputeId?.ToString() };
        parts.AddRange(job.Tags.Concat(job.Properties).Select(pair => $"{pair.Key}={pair.Value}"));
        switch (job)
        {
            case MachineLearningCommandJob command:
                parts.AddRange([command.Command, command.EnvironmentId.ToString(), command.Limits?.Timeout?.ToString()]);
                parts.AddRange(command.EnvironmentVariables.Select(pair => $"{pair.Key}={pair.Value}"));
                parts.AddRange([command.Resources?.ShmSize, command.Resources?.InstanceCount?.ToString()]);
                break;
            case MachineLearningSweepJob sweep:
                parts.AddRange([sweep.Trial.Command, sweep.Trial.EnvironmentId.ToString(), sweep.SearchSpace.ToString()]);
                parts.AddRange(sweep.Trial.EnvironmentVariables.Select(pair => $"{pair.Key}={pair.Value}"));
                parts.AddRange([sweep.Limits?.MaxTotalTrials?.ToString(), sweep.Limits?.MaxConcurrentTrials?.ToString()]);
                break;
        }

        return string.Join('\n', parts);
    }

    private static IDictionary<string, MachineLearningJobOutput> OutputsOf(MachineLearningJobProperties job) =>
        job switch
        {
            MachineLearningCommandJob command => command.Outputs,
            MachineLearningSweepJob sweep => sweep.Outputs,
            _ => new Dictionary<string, MachineLearningJobOutput>(StringComparer.Ordinal),
        };
}
