using System.Text.Json.Nodes;
using Experiments.Json;
using Experiments.Plans;
using Experiments.Records;

namespace Experiments.Planning;

/// <summary>
/// Derives the variables, tags and properties of a job from its plan. The plan holds none of them, so none can differ from it.
/// </summary>
public static class JobMetadata
{
    /// <summary>Name of the variable that holds the resolved exp_config.</summary>
    public const string ExpConfigVariable = "EXP_CONFIG";

    /// <summary>Name of the variable that holds the run passport.</summary>
    public const string PassportVariable = "RUN_PASSPORT";

    /// <summary>Name of the variable that holds <see cref="ExperimentPlan.UncommittedChanges"/>.</summary>
    public const string ChangesVariable = "RUN_CHANGES";

    private const string BranchProperty = "azureml.git.branch";
    private const string DirtyProperty = "azureml.git.dirty";
    private const string PreemptionsProperty = "emulator.preemptAtSteps";

    /// <summary>Returns the environment variables of the job; never a secret.</summary>
    public static IReadOnlyDictionary<string, string> Variables(ExperimentPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var config = plan.Job.Config.DeepClone();
        if (plan.Image is { } image)
            config["DOCKER_IMAGE"] = image.ToString();
        return Known(
            (ExpConfigVariable, config.ToJsonString(RecordJson.Compact)),
            (PassportVariable, RecordJson.Write(plan.Passport, PlanJson.Default, RecordJson.Compact)),
            (ChangesVariable, plan.UncommittedChanges)
        );
    }

    /// <summary>Returns the tags of the job without those of unknown value, which the trainer adds.</summary>
    public static IReadOnlyDictionary<string, string> Tags(ExperimentPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var passport = plan.Passport;
        return Known(
            ("description", plan.Job.Description),
            ("train_set", passport.TrainCsv),
            ("test_set", passport.TestCsv),
            ("base_model", Text(plan.Job.Config["MODEL_PARAMS"]?["BASE_MODEL"])),
            ("steps", Text(plan.Job.Config["RUN_PARAMS"]?["STEPS"])),
            ("image", plan.Image?.ToString()),
            ("code", passport.CodeHash),
            ("git_commit", passport.Git?.Commit),
            ("git_dirty", passport.Git is { } git ? Text(JsonValue.Create(git.IsDirty)) : null),
            ("dataset_hash", passport.DatasetHash),
            ("experiment_hash", passport.ExperimentHash),
            ("seed", Text(JsonValue.Create(passport.Seed)))
        );
    }

    /// <summary>
    /// Returns the properties of the job, which the studio shows as its sources. They are fixed once the job is submitted.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Properties(ExperimentPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var git = plan.Passport.Git;
        return Known(
            ("azureml.git.commit", git?.Commit),
            (BranchProperty, git?.Branch),
            ("azureml.git.repository_uri", git?.Repository),
            (
                DirtyProperty,
                git?.IsDirty switch
                {
                    true => "True",
                    false => "False",
                    null => null,
                }
            ),
            (PreemptionsProperty, plan.Job.PreemptAtSteps is { } steps ? string.Join(',', steps) : null)
        );
    }

    /// <summary>
    /// Returns whether the properties of a job say that it was submitted from a commit of a branch, with nothing changed since.
    /// </summary>
    /// <param name="properties">The result of <see cref="Properties"/>, as the service holds it.</param>
    /// <param name="branch">Name of the branch, without <c>refs/heads/</c>.</param>
    public static bool IsFromBranch(IDictionary<string, string> properties, string branch)
    {
        ArgumentNullException.ThrowIfNull(properties);
        return properties.TryGetValue(BranchProperty, out var of)
            && of == branch
            && !(properties.TryGetValue(DirtyProperty, out var dirty) && bool.TryParse(dirty, out var isDirty) && isDirty);
    }

    private static string? Text(JsonNode? value) => value?.ToString();

    private static SortedDictionary<string, string> Known(params IEnumerable<(string Key, string? Value)> pairs)
    {
        var known = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in pairs)
        {
            if (!string.IsNullOrEmpty(value))
                known[key] = value;
        }

        return known;
    }
}
