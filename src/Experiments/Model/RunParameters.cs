using Experiments.Settings;

namespace Experiments.Model;

/// <summary>Settings of the training: the <c>RUN_PARAMS</c> object of an exp_config.</summary>
public sealed record RunParameters
{
    [Setting(
        "STEPS",
        "Length of the training; one step is one update of the weights.",
        Required = true,
        Minimum = 1,
        Maximum = 10_000_000,
        Unit = "optimizer steps",
        Example = "1000",
        Decides = Decides.Weights
    )]
    public int Steps { get; init; }

    [Setting(
        "BATCH_SIZE",
        "Images per step on each device.",
        Default = 2,
        Minimum = 1,
        Maximum = 1024,
        Unit = "images per step on each device",
        Decides = Decides.Weights
    )]
    public int BatchSize { get; init; }

    [Setting(
        "LEARNING_RATE",
        "Step size of the optimizer after warm-up, for one step over BATCH_SIZE times ACCUMULATE images. It is not scaled by them; "
            + "LR_SCALING scales it by the processes.",
        Default = 0.005,
        Minimum = 0,
        ExclusiveMinimum = true,
        Maximum = 1,
        Unit = "step size of the optimizer",
        Decides = Decides.Weights
    )]
    public double LearningRate { get; init; }

    [Setting(
        "LR_SCALING",
        "With several processes, each of which takes BATCH_SIZE images: `none` keeps LEARNING_RATE, `linear` multiplies it by their "
            + "number.",
        Default = "none",
        Choices = ["none", "linear"],
        Decides = Decides.Weights
    )]
    public string LearningRateScaling { get; init; } = "";

    [Setting(
        "WARMUP_STEPS",
        "Steps over which the learning rate rises linearly; 0 turns warm-up off.",
        DefaultFrom = "min(100, RUN_PARAMS.STEPS)",
        AtMost = "RUN_PARAMS.STEPS",
        Minimum = 0,
        Maximum = 10_000_000,
        Unit = "optimizer steps",
        Example = "100",
        Decides = Decides.Weights
    )]
    public int WarmupSteps { get; init; }

    [Setting(
        "OPTIMIZER",
        "`sgd` with momentum 0.9, or `adamw`, whose LEARNING_RATE is about a hundredth of that.",
        Default = "sgd",
        Choices = ["sgd", "adamw"],
        Decides = Decides.Weights
    )]
    public string Optimizer { get; init; } = "";

    [Setting(
        "SCHEDULE",
        "Learning rate after warm-up: half a cosine down to 1 %, a tenth after 2/3 and a hundredth after 8/9 of the steps, or unchanged.",
        Default = "cosine",
        Choices = ["cosine", "step", "constant"],
        Decides = Decides.Weights
    )]
    public string Schedule { get; init; } = "";

    [Setting(
        "ACCUMULATE",
        "Batches whose gradients are averaged to one optimizer step.",
        Default = 1,
        Minimum = 1,
        Maximum = 1024,
        Unit = "batches per step",
        Decides = Decides.Weights
    )]
    public int Accumulate { get; init; }

    [Setting(
        "EMA",
        "Decay of the exponential moving average of the weights per step, which is evaluated and saved; 0 turns it off.",
        Default = 0.0,
        Minimum = 0,
        Maximum = 0.999999,
        Unit = "decay per step, 0 for none",
        Decides = Decides.Weights
    )]
    public double Ema { get; init; }

    [Setting(
        "BEST_METRIC",
        "Metric of the validation split by which the best weights of the run are chosen; a name such as eval_mAP.",
        Default = "eval_mAP",
        Pattern = "^eval_[A-Za-z0-9_]{1,100}$",
        Rule = "the name of a detection metric such as eval_mAP",
        Decides = Decides.Weights
    )]
    public string BestMetric { get; init; } = "";

    [Setting(
        "PATIENCE",
        "Early stopping: training ends after this many evaluations without a better BEST_METRIC on the validation split; 0 turns it off.",
        Default = 0,
        Minimum = 0,
        Maximum = 10_000,
        Unit = "evaluations, 0 for none",
        Needs = ["RUN_PARAMS.EVAL_EVERY", "DATA.VALIDATION or DATA.VALIDATION_CSV"],
        NeedsHint = "The best weights are chosen by regular evaluations of the validation split.",
        Decides = Decides.Weights
    )]
    public int Patience { get; init; }

    [Setting(
        "EVAL_EVERY",
        "Steps between evaluations; 0: only at the end.",
        Default = 0,
        Minimum = 0,
        Maximum = 10_000_000,
        Unit = "optimizer steps, 0 for only at the end",
        Decides = Decides.Metrics
    )]
    public int EvalEvery { get; init; }

    [Setting(
        "CHECKPOINT_EVERY",
        "Steps between checkpoints; 0: only at the end.",
        Default = 500,
        Minimum = 0,
        Maximum = 10_000_000,
        Unit = "optimizer steps, 0 for only at the end",
        Decides = Decides.Nothing
    )]
    public int CheckpointEvery { get; init; }

    [Setting(
        "SEED",
        "Seeds Python, NumPy and PyTorch alike.",
        Default = 42,
        Minimum = 0,
        Maximum = int.MaxValue,
        Decides = Decides.Weights
    )]
    public int Seed { get; init; }

    [Setting(
        "PRECISION",
        "`amp`: automatic mixed precision on a GPU.",
        Default = "fp32",
        Choices = ["fp32", "amp"],
        Decides = Decides.Weights
    )]
    public string Precision { get; init; } = "";

    [Setting(
        "DISTRIBUTED_NODES",
        "Nodes that train one model together, each with one process per GPU, or one without a GPU.",
        Default = 1,
        Minimum = 1,
        Maximum = 128,
        Unit = "nodes of one job",
        AtMost = "NODES",
        Decides = Decides.Weights
    )]
    public int DistributedNodes { get; init; }

    [Setting(
        "TIMEOUT_MINUTES",
        "Time after which the service cancels the job.",
        Default = 1440,
        Minimum = 1,
        Maximum = 43_200,
        Unit = "minutes",
        Decides = Decides.Nothing
    )]
    public int TimeoutMinutes { get; init; }
}
