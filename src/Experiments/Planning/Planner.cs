using System.Text;
using System.Text.Json.Nodes;
using Experiments.Json;
using Experiments.Model;
using Experiments.Plans;
using Experiments.Plans.Jobs;
using Experiments.Reading;

namespace Experiments.Planning;

/// <summary>Decides what an experiment will do. Touches nothing: the same arguments give the same plan.</summary>
public static class Planner
{
    /// <summary>Variable of the job that holds the resolved exp_config.</summary>
    public const string ExpConfigVariable = "EXP_CONFIG";

    private const string EnvironmentName = "detection";

    /// <summary>Where checkpoints outlive a job: the default datastore of every Azure ML workspace.</summary>
    private const string CheckpointDatastore = "workspaceblobstore";

    private const string Command =
        "python -m detection train --exp-config-variable "
        + ExpConfigVariable
        + " --data ${{inputs.data}} --output outputs --checkpoints ${{outputs.checkpoints}}";

    /// <summary>Hex digits of a hash that stand in names.</summary>
    private const int NameDigits = 12;

    /// <summary>Job names have at most 255 characters; the hash, and the number of an attempt, follow this part.</summary>
    private const int LongestNamePart = 220;

    /// <summary>Plans an experiment.</summary>
    /// <param name="experiment">The exp_config.</param>
    /// <param name="environment">The environment config it names.</param>
    /// <param name="repositoryRoot">Where folders of datastores start.</param>
    /// <param name="git">The sources; null when they are under no version control.</param>
    /// <param name="sources">The trainer, this project's image, and what runs the job.</param>
    /// <param name="dataset">The dataset; null when only the job reads it.</param>
    /// <exception cref="ConfigException">The experiment asks for what this version does not do, or its datastore is not in the environment.</exception>
    public static ExperimentPlan Plan(
        Experiment experiment,
        EnvironmentConfig environment,
        string repositoryRoot,
        GitFacts? git,
        PlanSources sources,
        DatasetSummary? dataset
    )
    {
        ArgumentNullException.ThrowIfNull(sources);
        Check(experiment, environment);
        var imagePlan = Image(experiment, environment, sources);
        var image = imagePlan.Reference;
        var resolved = experiment with
        {
            DockerImage = image,
            TrainCsv = dataset?.TrainCsv ?? experiment.TrainCsv,
            TestCsv = dataset?.TestCsv ?? experiment.TestCsv,
        };
        var config = ExperimentJson.Write(resolved);
        var hash = ContentHash.Of(
            new JsonObject
            {
                ["config"] = config.DeepClone(),
                // A process runs the sources as they are, whatever image is named.
                ["code"] = sources.Runtime.UsesImages ? null : sources.TrainerCodeHash,
                ["dataset"] = dataset?.Hash,
            }
        );
        var name = $"{NamePart(resolved.ExpName)}-{hash[..NameDigits]}";

        return new(
            name,
            Workspace(environment),
            Datastore(resolved.DataMount, environment, repositoryRoot),
            new(
                resolved.ComputeName,
                resolved.Compute.VmSize,
                resolved.Compute.Priority,
                resolved.Compute.MinNodes,
                resolved.Nodes,
                TimeSpan.FromMinutes(resolved.Compute.IdleMinutes),
                environment.Location
            ),
            Environment(image),
            new(resolved.DataMount, resolved.ImageType, resolved.TrainCsv, resolved.TestCsv, dataset?.Hash),
            Job(name, resolved, config, image, git, hash, dataset?.Hash),
            imagePlan,
            sources.Runtime
        );
    }

    /// <summary>The environment of an image: one image, one version.</summary>
    internal static EnvironmentPlan Environment(string image) => new(EnvironmentName, ContentHash.Of(image)[..NameDigits], image);

    private static void Check(Experiment experiment, EnvironmentConfig environment)
    {
        var where = new ConfigLocation("exp_config");
        var faults = new List<ConfigFault>();
        if (experiment.Hypertune)
        {
            faults.Add(
                new(
                    where,
                    "HYPERTUNE",
                    "true",
                    "false: this version submits no sweeps",
                    "Set HYPERTUNE to false to train once with RUN_PARAMS as they are, or run with --set=HYPERTUNE=false."
                )
            );
        }
        if (!environment.Datastores.ContainsKey(experiment.DataMount))
            faults.Add(new(where, "DATA_MOUNT", $"\"{experiment.DataMount}\"", "a name of DATASTORES in the environment config"));
        if (faults.Count > 0)
            throw new ConfigException(experiment.ExpName, faults);
    }

    /// <summary>The workspace of an environment config.</summary>
    public static WorkspaceAddress Workspace(EnvironmentConfig environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return new(
            environment.Endpoint is null ? null : new Uri(environment.Endpoint),
            environment.AmlTenantId,
            environment.AmlSubscriptionId,
            environment.AmlResourceGroup,
            environment.AmlWorkspaceName,
            environment.Location
        );
    }

    /// <summary>The image an experiment names, when that is not the one built here.</summary>
    /// <returns>Null when this commit's image is meant: the repository built here is named, or none.</returns>
    public static ImageReference? OtherImage(Experiment experiment, EnvironmentConfig environment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(environment);
        var own = $"{environment.Registry}/{environment.ImageRepository}";
        var named = ImageReference.Parse(experiment.DockerImage ?? own);
        return named.Repository == own && named.Digest is null ? null : named;
    }

    /// <summary>This commit's image, or another one pinned to the digest it has now.</summary>
    private static ImagePlan Image(Experiment experiment, EnvironmentConfig environment, PlanSources sources) =>
        OtherImage(experiment, environment) is { } other
            ? new(other.Repository, other.Tag, other.Digest ?? sources.Digest, Build: null)
            : new($"{environment.Registry}/{environment.ImageRepository}", sources.Image.Tag, Digest: null, sources.Image);

    /// <summary>A datastore of an environment config.</summary>
    /// <param name="name">Its name there.</param>
    /// <param name="environment">The environment config.</param>
    /// <param name="repositoryRoot">Where folders of datastores start.</param>
    public static DatastorePlan Datastore(string name, EnvironmentConfig environment, string repositoryRoot)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var settings = environment.Datastores[name];
        if (settings.FolderPath(repositoryRoot) is { } folder)
            return new(name, DatastoreKind.AzureBlob, "localhost", name, folder, "file", DatastoreAuthentication.Identity);
        var container = settings.Type == DatastoreKind.AzureFile ? settings.FileShare : settings.Container;
        var authentication = settings.Auth switch
        {
            "account-key" => DatastoreAuthentication.AccountKey,
            "sas" => DatastoreAuthentication.Sas,
            _ => DatastoreAuthentication.Identity,
        };
        // An address names the account; a domain is what follows "{account}.blob.".
        var (protocol, endpoint) = settings.Endpoint.Split("://") is [var scheme, var rest] ? (scheme, rest) : ("https", settings.Endpoint);
        return new(name, settings.Type, settings.Account!, container!, endpoint, protocol, authentication)
        {
            KeyVaultSecret = settings.KeyVaultSecret,
        };
    }

    private static JobPlan Job(
        string name,
        Experiment experiment,
        JsonObject config,
        string image,
        GitFacts? git,
        string hash,
        string? datasetHash
    ) =>
        new(
            experiment.ExpName,
            $"{experiment.ExpName}: {experiment.ModelParams.BaseModel}, {experiment.RunParams.Steps} steps",
            experiment.Description.Length == 0 ? null : experiment.Description,
            Command,
            Known((ExpConfigVariable, config.ToJsonString(RecordJson.Compact))),
            new SortedDictionary<string, JobInputPlan>(StringComparer.Ordinal)
            {
                ["data"] = new($"azureml://datastores/{experiment.DataMount}/paths/"),
            },
            new SortedDictionary<string, JobOutputPlan>(StringComparer.Ordinal)
            {
                ["checkpoints"] = new($"azureml://datastores/{CheckpointDatastore}/paths/checkpoints/{name}/"),
            },
            Known(
                ("description", experiment.Description),
                ("train_set", Named(experiment.TrainCsv)),
                ("test_set", Named(experiment.TestCsv)),
                ("base_model", experiment.ModelParams.BaseModel),
                ("steps", experiment.RunParams.Steps.ToString()),
                ("image", image),
                ("git_commit", git?.Commit),
                ("dataset_hash", datasetHash),
                ("experiment_hash", hash)
            ),
            Known(
                ("azureml.git.commit", git?.Commit),
                ("azureml.git.branch", git?.Branch),
                ("azureml.git.repository_uri", WithoutUser(git?.Repository)),
                (
                    "azureml.git.dirty",
                    git is null ? null
                    : git.IsDirty ? "True"
                    : "False"
                )
            ),
            InstanceCount: 1,
            ShmSize: "2g",
            TimeSpan.FromMinutes(experiment.RunParams.TimeoutMinutes)
        );

    private static string? Named(string csv) => csv == Experiment.LatestCsv ? null : csv;

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

    /// <summary>A remote's address may carry a token (<c>https://user:token@host/…</c>), which must not reach the job.</summary>
    private static string? WithoutUser(string? repository) =>
        Uri.TryCreate(repository, UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0
            ? new UriBuilder(uri) { UserName = "", Password = "" }.Uri.ToString()
            : repository;

    private static string NamePart(string experimentName)
    {
        var name = new StringBuilder();
        foreach (var letter in experimentName.ToLowerInvariant())
            name.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '-');
        return name.ToString(0, Math.Min(name.Length, LongestNamePart)).TrimEnd('-');
    }
}
