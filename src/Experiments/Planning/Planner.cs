using System.Text;
using Experiments.Json;
using Experiments.Model;
using Experiments.Plans;
using Experiments.Plans.Images;
using Experiments.Plans.Passports;

namespace Experiments.Planning;

/// <summary>Decides what an experiment will do. It changes nothing and reads nothing: the same arguments give the same plan.</summary>
public static class Planner
{
    /// <summary>Hex digits of the experiment's hash in the plan's name.</summary>
    private const int NameDigits = 12;

    /// <summary>Job names have at most 255 characters; the hash and the number of an attempt follow this part.</summary>
    private const int LongestNamePart = 220;

    /// <summary>Plans an experiment.</summary>
    /// <param name="experiment">The exp_config.</param>
    /// <param name="environment">The environment config that it names.</param>
    /// <param name="repositoryRoot">The folder to which folders of datastores are relative.</param>
    /// <param name="git">The state of the repository; null outside version control.</param>
    /// <param name="sources">The trainer, this project's image, and what runs the job.</param>
    /// <param name="dataset">The dataset; null when only the job reads it.</param>
    /// <exception cref="ConfigException">
    /// The trainer logs no such metric as the sweep compares, the environment has no such datastore, or a variable or a tag of the job
    /// would
    /// be too long.
    /// </exception>
    public static ExperimentPlan Plan(
        Experiment experiment,
        EnvironmentConfig environment,
        string repositoryRoot,
        GitState? git,
        PlanSources sources,
        DatasetSummary? dataset
    )
    {
        ArgumentNullException.ThrowIfNull(sources);
        Check(experiment, environment, sources.MetricNames, dataset?.Train.Boxes.Keys);
        var resolved = experiment with
        {
            TrainCsv = dataset?.TrainCsv ?? experiment.TrainCsv,
            TestCsv = dataset?.TestCsv ?? experiment.TestCsv,
        };
        (ImageReference? image, ImageBuildPlan? build) = sources.Runtime.UsesImages
            ? ImageChoice.Choose(experiment, environment, sources)
            : (null, null);
        var codeHash = image is null ? sources.TrainerCodeHash : null;
        var hash = ResultHash.Compute(resolved, image, build, codeHash, dataset?.Hash, dataset?.ValidationHash);
        var name = $"{NamePart(resolved.ExpName)}-{hash[..NameDigits]}";
        var weightsHash = ResultHash.ComputeOfWeights(resolved, image, build, codeHash, dataset);
        var checkpoints = weightsHash is null ? name : $"{NamePart(resolved.ExpName)}-{weightsHash[..NameDigits]}";
        var passport = new RunPassport(
            name,
            image is null ? null : new(image),
            codeHash,
            git?.WithoutUser(),
            hash,
            dataset?.Hash,
            Resolved(resolved.TrainCsv),
            Resolved(resolved.TestCsv),
            resolved.RunParams.Seed,
            new(sources.Version)
        )
        {
            ValidationCsv = dataset?.Validation?.Csv,
            ValidationHash = dataset?.ValidationHash,
        };
        var plan = new ExperimentPlan(
            WorkspaceAddress.Of(environment),
            DatastorePlan.Of(resolved.DataMount, environment, repositoryRoot),
            ComputePlan.Of(resolved, environment),
            sources.Runtime,
            passport,
            build,
            JobPlanner.Plan(checkpoints, resolved)
        )
        {
            HashUnknownReason = dataset is null ? "only the job reads the dataset" : dataset.HashUnknownReason,
        };
        return JobLimits.FindFaults(plan).ToList() is { Count: > 0 } faults ? throw new ConfigException(experiment.ExpName, faults) : plan;
    }

    private static void Check(
        Experiment experiment,
        EnvironmentConfig environment,
        IReadOnlyList<string>? metrics,
        IEnumerable<string>? classes
    )
    {
        var where = new ConfigLocation("exp_config");
        var faults = new List<ConfigFault>();
        if (experiment.Hypertune && SweepMetric.Validate(experiment, metrics, classes) is { } metric)
            faults.Add(metric);
        if (!environment.Datastores.ContainsKey(experiment.DataMount))
            faults.Add(new(where, "DATA_MOUNT", $"\"{experiment.DataMount}\"", "a name of DATASTORES in the environment config"));
        if (faults.Count > 0)
            throw new ConfigException(experiment.ExpName, faults);
    }

    private static string? Resolved(string csv) => csv == Experiment.LatestCsv ? null : csv;

    private static string NamePart(string experimentName)
    {
        var name = new StringBuilder();
        foreach (var letter in experimentName.ToLowerInvariant())
            name.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '-');
        return name.ToString(0, Math.Min(name.Length, LongestNamePart)).TrimEnd('-');
    }
}
