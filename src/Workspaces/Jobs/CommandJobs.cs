using Azure.Core;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Planning;
using Experiments.Plans;
using Experiments.Plans.Jobs;
using Workspaces.Computes;
using Workspaces.Environments;

namespace Workspaces.Jobs;

/// <summary>Converts a plan to the SDK's command job.</summary>
internal static class CommandJobs
{
    /// <summary>Creates the job's data.</summary>
    public static MachineLearningJobData Create(ExperimentPlan plan, ComputeTarget compute, RegisteredEnvironment environment)
    {
        var planned = plan.Job;
        var job = new MachineLearningCommandJob(planned.Command, new ResourceIdentifier(environment.Id))
        {
            ComputeId = new ResourceIdentifier(compute.Id),
            Distribution = DistributionOf(planned),
            DisplayName = planned.DisplayName,
            Description = planned.Description,
            ExperimentName = planned.ExperimentName,
            Identity = new AmlToken(),
            Limits = new MachineLearningCommandJobLimits { Timeout = planned.Timeout },
            Resources = new MachineLearningJobResourceConfiguration { InstanceCount = planned.InstanceCount, ShmSize = planned.ShmSize },
        };
        Copy(JobMetadata.Variables(plan), job.EnvironmentVariables);
        Copy(JobMetadata.Tags(plan), job.Tags);
        Copy(JobMetadata.Properties(plan), job.Properties);
        Mount(planned, job.Inputs, job.Outputs);
        return new MachineLearningJobData(job);
    }

    /// <summary>Returns how the processes of a job are started; null for a job of one process.</summary>
    internal static MachineLearningDistributionConfiguration? DistributionOf(JobPlan planned) =>
        planned.ProcessesPerInstance is { } processes ? new PyTorchDistributionConfiguration { ProcessCountPerInstance = processes } : null;

    /// <summary>Adds the folders that a job reads and writes.</summary>
    internal static void Mount(
        JobPlan planned,
        IDictionary<string, MachineLearningJobInput> inputs,
        IDictionary<string, MachineLearningJobOutput> outputs
    )
    {
        foreach (var (name, input) in planned.Inputs)
        {
            inputs[name] = new MachineLearningUriFolderJobInput(new Uri(input)) { Mode = MachineLearningInputDeliveryMode.ReadOnlyMount };
        }

        foreach (var (name, output) in planned.Outputs)
        {
            outputs[name] = new MachineLearningUriFolderJobOutput
            {
                Mode = MachineLearningOutputDeliveryMode.ReadWriteMount,
                Uri = new Uri(output),
            };
        }
    }

    internal static void Copy(IReadOnlyDictionary<string, string> from, IDictionary<string, string> to)
    {
        foreach (var (name, value) in from)
            to[name] = value;
    }
}
