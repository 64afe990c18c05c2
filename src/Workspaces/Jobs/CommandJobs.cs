using Azure.Core;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Plans.Jobs;
using Workspaces.Computes;
using Workspaces.Environments;

namespace Workspaces.Jobs;

/// <summary>Converts a <see cref="JobPlan"/> to the SDK's command job.</summary>
internal static class CommandJobs
{
    /// <summary>Creates the job's data.</summary>
    public static MachineLearningJobData Create(JobPlan plan, ComputeTarget compute, RegisteredEnvironment environment)
    {
        var job = new MachineLearningCommandJob(plan.Command, new ResourceIdentifier(environment.Id))
        {
            ComputeId = new ResourceIdentifier(compute.Id),
            DisplayName = plan.DisplayName,
            Description = plan.Description,
            ExperimentName = plan.ExperimentName,
            Identity = new AmlToken(),
            Limits = new MachineLearningCommandJobLimits { Timeout = plan.Timeout },
            Resources = new MachineLearningJobResourceConfiguration { InstanceCount = plan.InstanceCount, ShmSize = plan.ShmSize },
        };
        Copy(plan.EnvironmentVariables, job.EnvironmentVariables);
        Copy(plan.Tags, job.Tags);
        Copy(plan.Properties, job.Properties);
        foreach (var (name, input) in plan.Inputs)
        {
            job.Inputs[name] = new MachineLearningUriFolderJobInput(new Uri(input.Uri))
            {
                Mode = MachineLearningInputDeliveryMode.ReadOnlyMount,
            };
        }

        foreach (var (name, output) in plan.Outputs)
        {
            job.Outputs[name] = new MachineLearningUriFolderJobOutput
            {
                Mode = MachineLearningOutputDeliveryMode.ReadWriteMount,
                Uri = new Uri(output.Uri),
            };
        }

        return new MachineLearningJobData(job);
    }

    private static void Copy(IReadOnlyDictionary<string, string> from, IDictionary<string, string> to)
    {
        foreach (var (name, value) in from)
            to[name] = value;
    }
}
