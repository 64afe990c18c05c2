using Azure.Core;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Json;
using Experiments.Planning;
using Experiments.Plans;
using Experiments.Plans.Jobs;
using Workspaces.Computes;
using Workspaces.Environments;

namespace Workspaces.Jobs;

/// <summary>Converts the plan of a sweep to the SDK's sweep job.</summary>
internal static class SweepJobs
{
    /// <summary>Creates the job's data.</summary>
    public static MachineLearningJobData Create(
        ExperimentPlan plan,
        SweepPlan sweep,
        ComputeTarget compute,
        RegisteredEnvironment environment
    )
    {
        var planned = plan.Job;
        var trial = new MachineLearningTrialComponent(planned.Command, new ResourceIdentifier(environment.Id))
        {
            Distribution = CommandJobs.DistributionOf(planned),
            Resources = new MachineLearningJobResourceConfiguration { InstanceCount = planned.InstanceCount, ShmSize = planned.ShmSize },
        };
        CommandJobs.Copy(JobMetadata.Variables(plan), trial.EnvironmentVariables);
        var job = new MachineLearningSweepJob(
            new MachineLearningObjective(sweep.Goal, sweep.Metric),
            SamplingOf(sweep),
            BinaryData.FromString(sweep.Space.ToJsonString(RecordJson.Compact)),
            trial
        )
        {
            ComputeId = new ResourceIdentifier(compute.Id),
            DisplayName = planned.DisplayName,
            Description = planned.Description,
            ExperimentName = planned.ExperimentName,
            Identity = new AmlToken(),
            EarlyTermination = PolicyOf(sweep.Termination),
            Limits = new MachineLearningSweepJobLimits
            {
                MaxTotalTrials = sweep.MaxTrials,
                MaxConcurrentTrials = sweep.MaxConcurrent,
                Timeout = planned.Timeout,
                TrialTimeout = sweep.TrialTimeout,
            },
        };
        CommandJobs.Copy(JobMetadata.Tags(plan), job.Tags);
        CommandJobs.Copy(JobMetadata.Properties(plan), job.Properties);
        CommandJobs.Mount(planned, job.Inputs, job.Outputs);
        return new MachineLearningJobData(job);
    }

    private static SamplingAlgorithm SamplingOf(SweepPlan sweep) =>
        sweep.Sampling switch
        {
            "grid" => new GridSamplingAlgorithm(),
            "bayesian" => new BayesianSamplingAlgorithm(),
            var rule => new RandomSamplingAlgorithm
            {
                Rule = rule == "sobol" ? RandomSamplingAlgorithmRule.Sobol : RandomSamplingAlgorithmRule.Random,
                Seed = sweep.Seed,
            },
        };

    private static MachineLearningEarlyTerminationPolicy? PolicyOf(TerminationPlan? planned)
    {
        if (planned is null)
            return null;
        MachineLearningEarlyTerminationPolicy policy = planned.Policy switch
        {
            "bandit" => new BanditPolicy { SlackFactor = (float?)planned.SlackFactor },
            "truncation" => new TruncationSelectionPolicy { TruncationPercentage = planned.Percentage },
            _ => new MedianStoppingPolicy(),
        };
        policy.EvaluationInterval = planned.Interval;
        policy.DelayEvaluation = planned.Delay;
        return policy;
    }
}
