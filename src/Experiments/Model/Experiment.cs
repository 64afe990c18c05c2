using Experiments.Settings;

namespace Experiments.Model;

/// <summary>One experiment: an exp_config, read and validated, with every default filled in.</summary>
[RetiredKey("DOCKER_IMAGE_NAME", "DOCKER_IMAGE", "Rename it: DOCKER_IMAGE takes registry/repository:tag.")]
[RetiredKey("TF_VERSION", "removed", "The framework version comes with the image that DOCKER_IMAGE names.")]
public sealed record Experiment
{
    /// <summary>In place of a file name in TRAIN_CSV and TEST_CSV: the newest stamp for which both splits have a file.</summary>
    public const string LatestCsv = "latest";

    /// <summary>Characters of DESCRIPTION, which becomes a tag: the limit of MLflow.</summary>
    public const int LongestDescription = 5000;

    [Setting(
        "ENV_CONFIG_FILE",
        "File name in `configuration/`: which workspace the experiment runs in.",
        Required = true,
        Pattern = "^[A-Za-z0-9_][A-Za-z0-9._-]*$",
        Rule = "a file name in configuration/, without a folder",
        Example = "local_config.json",
        Decides = Decides.Nothing
    )]
    public string EnvConfigFile { get; init; } = "";

    [Setting("DESCRIPTION", "Purpose of the run; becomes a tag of the job.", Default = "", Decides = Decides.Nothing)]
    public string Description { get; init; } = "";

    [Setting(
        "EXP_NAME",
        "Experiment group the job is listed under; case-sensitive.",
        Required = true,
        Pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$",
        Rule = "1 to 255 letters, digits, '-' or '_', the first a letter or digit",
        Example = "demo",
        Decides = Decides.Nothing
    )]
    public string ExpName { get; init; } = "";

    [Setting(
        "COMPUTE_NAME",
        "Cluster the job runs on; created when it is missing.",
        Required = true,
        Pattern = "^[A-Za-z][A-Za-z0-9-]{1,30}[A-Za-z0-9]$",
        Rule = "3 to 32 letters, digits or '-', the first a letter and the last not '-'",
        Example = "local",
        Decides = Decides.Nothing
    )]
    public string ComputeName { get; init; } = "";

    [Setting(
        "NODES",
        "Nodes the cluster may grow to; also bounds the trials of a sweep.",
        Default = 1,
        Minimum = 1,
        Maximum = 1000,
        Unit = "nodes",
        Decides = Decides.Nothing
    )]
    public int Nodes { get; init; }

    [Setting("COMPUTE", "How the cluster is created.")]
    public ComputeSettings Compute { get; init; } = new();

    [Setting(
        "DOCKER_IMAGE",
        "Training image. Naming the repository this project builds, without a digest, means this commit's image; any other is used "
            + "as it is.",
        DefaultText = "REGISTRY/IMAGE_REPOSITORY of the environment config",
        Pattern = "^[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$",
        Rule = "an image reference such as registry/repository:tag or registry/repository@sha256:…",
        Example = "localhost:5000/model-training:latest",
        Decides = Decides.Nothing
    )]
    public string? DockerImage { get; init; }

    [Setting(
        "DATA_MOUNT",
        "Datastore that holds the dataset: a name of DATASTORES in the environment config.",
        Required = true,
        Pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$",
        Rule = "the name of a datastore in the environment config",
        Example = "demo_data",
        Decides = Decides.Data
    )]
    public string DataMount { get; init; } = "";

    [Setting(
        "IMAGE_TYPE",
        "Use case: the parent folder in the datastore.",
        Required = true,
        Pattern = @"^(?!\.{1,2}$)[^/\\\u0000-\u001f]+$",
        Rule = "the name of one folder",
        Example = "pothole",
        Decides = Decides.Data
    )]
    public string ImageType { get; init; } = "";

    [Setting(
        "TRAIN_CSV",
        "Training split: a file in `{IMAGE_TYPE}/datasets`, or `latest`, the newest stamp that both splits have.",
        Default = "latest",
        Pattern = @"^(?!\.{1,2}$)[^/\\\u0000-\u001f]+$",
        Rule = "\"latest\" or a file name in {IMAGE_TYPE}/datasets, without a folder",
        Decides = Decides.Data
    )]
    public string TrainCsv { get; init; } = "";

    [Setting(
        "TEST_CSV",
        "Test split: as TRAIN_CSV.",
        DiffersFrom = "TRAIN_CSV",
        DiffersUnless = LatestCsv,
        Default = "latest",
        Pattern = @"^(?!\.{1,2}$)[^/\\\u0000-\u001f]+$",
        Rule = "\"latest\" or a file name in {IMAGE_TYPE}/datasets, without a folder",
        Decides = Decides.Data
    )]
    public string TestCsv { get; init; } = "";

    [Setting(
        "EVAL_CONF",
        "Score at or above which a prediction makes an image positive, and counts in the confusion matrix and the pictures; average "
            + "precision counts predictions from a score of 0.01 on.",
        Default = 0.5,
        Minimum = 0,
        Maximum = 1,
        Unit = "score",
        Decides = Decides.Metrics
    )]
    public double EvalConf { get; init; }

    [Setting("RUN_PARAMS", "How training runs.")]
    public RunParameters RunParams { get; init; } = new();

    [Setting("MODEL_PARAMS", "What is trained.")]
    public ModelParameters ModelParams { get; init; } = new();

    [Setting("DATA", "How the dataset is read.")]
    public DataSettings Data { get; init; } = new();

    [Setting(
        "HYPERTUNE",
        "True: a sweep over HYPERTUNE_PARAMS.SEARCH_SPACE instead of one training.",
        Default = false,
        Decides = Decides.Metrics
    )]
    public bool Hypertune { get; init; }

    [Setting("HYPERTUNE_PARAMS", "The sweep; used when HYPERTUNE is true.")]
    public HypertuneParameters HypertuneParams { get; init; } = new();
}
