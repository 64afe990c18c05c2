using Experiments.Model;
using Experiments.Plans.Jobs;
using Experiments.Reading;

namespace Experiments.Planning;

/// <summary>Plans the command job of an experiment.</summary>
internal static class JobPlanner
{
    /// <summary>Datastore of the checkpoints, which outlive a job: the default one of every Azure ML workspace.</summary>
    private const string CheckpointDatastore = "workspaceblobstore";

    private const string Command =
        $"python -m detection train --exp-config-variable {JobMetadata.ExpConfigVariable}"
        + " --data ${{inputs.data}} --output outputs --checkpoints ${{outputs.checkpoints}}";

    /// <summary>Plans the job.</summary>
    /// <param name="planName">Name of the plan; attempts of one plan share its checkpoints.</param>
    /// <param name="experiment">The resolved exp_config.</param>
    public static JobPlan Plan(string planName, Experiment experiment) =>
        new(
            experiment.ExpName,
            $"{experiment.ExpName}: {experiment.ModelParams.BaseModel}, {experiment.RunParams.Steps} steps",
            experiment.Description.Length == 0 ? null : experiment.Description,
            Command,
            ExperimentJson.Write(experiment with { DockerImage = null }),
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["data"] = $"azureml://datastores/{experiment.DataMount}/paths/",
            },
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["checkpoints"] = $"azureml://datastores/{CheckpointDatastore}/paths/checkpoints/{planName}/",
            },
            InstanceCount: 1,
            ShmSize: "2g",
            TimeSpan.FromMinutes(experiment.RunParams.TimeoutMinutes)
        );
}
