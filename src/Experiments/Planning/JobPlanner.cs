using Experiments.Model;
using Experiments.Plans.Jobs;
using Experiments.Reading;
using Experiments.VmSizes;

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
    /// <param name="checkpoints">The folder of the checkpoints: attempts of one plan share it, as do plans that train the same
    /// weights. All trials of a sweep share it, too. The trainer reads only checkpoints of its own values, so that another attempt of the
    /// sweep evaluates the trials that were trained before, and trains the others.</param>
    /// <param name="experiment">The resolved exp_config.</param>
    public static JobPlan Plan(string checkpoints, Experiment experiment) =>
        new(
            experiment.ExpName,
            $"{experiment.ExpName}: {SweepWords(experiment)}{experiment.ModelParams.BaseModel}, {experiment.RunParams.Steps} steps",
            experiment.Description.Length == 0 ? null : experiment.Description,
            experiment.Hypertune ? Command + SweepPlanner.Arguments(experiment) : Command,
            ExperimentJson.Write(experiment with { DockerImage = null }),
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["data"] = $"azureml://datastores/{experiment.DataMount}/paths/",
            },
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["checkpoints"] = $"azureml://datastores/{CheckpointDatastore}/paths/checkpoints/{checkpoints}/",
            },
            InstanceCount: experiment.RunParams.DistributedNodes,
            ShmSize: "2g",
            experiment.Hypertune ? SweepPlanner.Timeout(experiment) : TimeSpan.FromMinutes(experiment.RunParams.TimeoutMinutes)
        )
        {
            ProcessesPerInstance = ProcessesPerInstance(experiment),
            Sweep = experiment.Hypertune ? SweepPlanner.Plan(experiment) : null,
        };

    private static int? ProcessesPerInstance(Experiment experiment)
    {
        var processes = VmGpus.ProcessesOf(experiment.Compute.VmSize);
        return processes * experiment.RunParams.DistributedNodes > 1 ? processes : null;
    }

    private static string SweepWords(Experiment experiment) =>
        experiment.Hypertune ? $"sweep of {experiment.HypertuneParams.MaxTrials} trials, " : "";
}
