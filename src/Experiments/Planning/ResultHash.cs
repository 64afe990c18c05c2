using System.Text.Json.Nodes;
using Experiments.Json;
using Experiments.Model;
using Experiments.Plans.Images;
using Experiments.Reading;
using Experiments.Settings;
using Experiments.VmSizes;

namespace Experiments.Planning;

/// <summary>
/// Hashes what decides the result of an experiment. Two plans with one hash train the same model and measure the same metrics.
/// </summary>
internal static class ResultHash
{
    /// <summary>Computes the hash.</summary>
    /// <param name="experiment">
    /// The resolved exp_config. Each key declares with <see cref="SettingAttribute.Decides"/> whether it counts.
    /// </param>
    /// <param name="image">The image; null where the job runs as a process.</param>
    /// <param name="build">The build of the image; null for another image.</param>
    /// <param name="codeHash">SHA-256 of the trainer's sources where the job runs as a process, else null.</param>
    /// <param name="datasetHash">The dataset's hash; null while it is unknown.</param>
    /// <param name="validationHash">The hash of the validation split; null without one, and while it is unknown.</param>
    /// <returns>64 hex digits, lower case.</returns>
    public static string Compute(
        Experiment experiment,
        ImageReference? image,
        ImageBuildPlan? build,
        string? codeHash,
        string? datasetHash,
        string? validationHash = null
    )
    {
        var config = ExperimentJson.Write(experiment, decides =>
            decides is Decides.Weights or Decides.Metrics || (decides == Decides.Data && datasetHash is null)
        );
        // Without a sweep its settings decide nothing; some of their defaults follow from NODES.
        if (!experiment.Hypertune)
            config.Remove("HYPERTUNE_PARAMS");
        return Of(experiment, config, image, build, codeHash, datasetHash, validationHash);
    }

    /// <summary>
    /// Computes the hash of what decides the weights after a given step. Other test images or another EVAL_CONF leave it as it is.
    /// </summary>
    /// <param name="experiment">The resolved exp_config.</param>
    /// <param name="image">The image; null where the job runs as a process.</param>
    /// <param name="build">The build of the image; null for another image.</param>
    /// <param name="codeHash">SHA-256 of the trainer's sources where the job runs as a process, else null.</param>
    /// <param name="dataset">The dataset; null when only the job reads it.</param>
    /// <returns>64 hex digits, lower case; null where the hash of the training split is unknown.</returns>
    public static string? ComputeOfWeights(
        Experiment experiment,
        ImageReference? image,
        ImageBuildPlan? build,
        string? codeHash,
        DatasetSummary? dataset
    )
    {
        if (dataset?.TrainHash is not { } trainHash)
            return null;
        var config = ExperimentJson.Write(experiment, decides => decides is Decides.Weights);
        // The classes of both splits are the outputs of the model.
        var classes = dataset.Train.Boxes.Keys.Union(dataset.Test.Boxes.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal);
        config["classes"] = new JsonArray([.. classes.Select(name => JsonValue.Create(name))]);
        return Of(experiment, config, image, build, codeHash, trainHash, dataset.ValidationHash);
    }

    private static string Of(
        Experiment experiment,
        JsonObject config,
        ImageReference? image,
        ImageBuildPlan? build,
        string? codeHash,
        string? datasetHash,
        string? validationHash
    )
    {
        var deciding = new JsonObject
        {
            ["config"] = config,
            ["image"] = image?.Digest ?? build?.Tag ?? image?.ToString(),
            ["code"] = codeHash,
            ["dataset"] = datasetHash,
        };
        if (validationHash is not null)
            deciding["validation"] = validationHash;
        // BATCH_SIZE is that of each process; VM_SIZE, which decides nothing else, has their number.
        if (VmGpus.ProcessesOf(experiment.Compute.VmSize) is > 1 and var processes)
            deciding["processes"] = processes;
        return ContentHash.Of(deciding);
    }
}
