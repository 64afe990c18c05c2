using System.Text.Json;
using Experiments.Settings;

namespace Experiments.Model;

/// <summary>The sweep: the <c>HYPERTUNE_PARAMS</c> object of an exp_config.</summary>
public sealed record HypertuneParameters
{
    // In the order in which it is written: by name.
    private const string DefaultSpace = """
        {"MODEL_PARAMS.FIRST_STAGE.LOCALIZATION_LOSS_WEIGHT":["uniform",[0.5,4]],
        "MODEL_PARAMS.FIRST_STAGE.MAX_PROPOSALS":["choice",[[100,200,300]]],
        "MODEL_PARAMS.FIRST_STAGE.NMS_IOU_THRESHOLD":["uniform",[0.5,0.9]],
        "RUN_PARAMS.LEARNING_RATE":["loguniform",[-9.2,-4.6]]}
        """;

    [Setting(
        "METRIC",
        "Metric the trials are compared by.",
        Default = "eval_mAP",
        Pattern = "^[A-Za-z0-9_./ -]+$",
        Rule = "the name of a metric such as eval_mAP",
        Decides = Decides.Metrics
    )]
    public string Metric { get; init; } = "";

    [Setting(
        "GOAL",
        "Whether more of the metric is better.",
        Default = "Maximize",
        Choices = ["Maximize", "Minimize"],
        Decides = Decides.Metrics
    )]
    public string Goal { get; init; } = "";

    [Setting(
        "SAMPLING",
        "How the values of a trial are chosen: at random, by a Sobol sequence, which fills the space evenly, every combination of "
            + "choices, or by what earlier trials measured. RUN_PARAMS.SEED seeds the first two.",
        Default = "random",
        Choices = ["random", "sobol", "grid", "bayesian"],
        Decides = Decides.Metrics
    )]
    public string Sampling { get; init; } = "";

    [Setting(
        "SEARCH_SPACE",
        "Key paths of RUN_PARAMS and MODEL_PARAMS, each with a distribution as Azure ML writes it: `[\"uniform\", [0.001, 0.1]]`, "
            + "`[\"choice\", [[2, 4]]]`. The default leaves out keys that do not apply to the base model.",
        DefaultJson = DefaultSpace,
        Example = """{"RUN_PARAMS.LEARNING_RATE":["loguniform",[-9.2,-4.6]]}""",
        KeyPathsOf = ["RUN_PARAMS", "MODEL_PARAMS"],
        ValueRule = """a distribution such as ["uniform", [0.001, 0.1]]""",
        Decides = Decides.Metrics
    )]
    public JsonElement SearchSpace { get; init; }

    [Setting(
        "MAX_TRIALS",
        "Number of trials.",
        DefaultFrom = "NODES",
        Minimum = 1,
        Maximum = 1000,
        Unit = "trials",
        Example = "4",
        Decides = Decides.Metrics
    )]
    public int MaxTrials { get; init; }

    [Setting(
        "MAX_CONCURRENT",
        "Trials that run concurrently.",
        DefaultFrom = "min(NODES, HYPERTUNE_PARAMS.MAX_TRIALS)",
        AtMost = "HYPERTUNE_PARAMS.MAX_TRIALS",
        Minimum = 1,
        Maximum = 1000,
        Unit = "trials",
        Example = "1",
        Decides = Decides.Metrics
    )]
    public int MaxConcurrent { get; init; }

    [Setting(
        "EARLY_TERMINATION",
        "How trials that fall behind are ended.",
        Default = "none",
        Choices = ["none", "bandit", "median", "truncation"],
        Decides = Decides.Metrics
    )]
    public string EarlyTermination { get; init; } = "";

    [Setting(
        "SLACK_FACTOR",
        "How far a trial may be behind the best one, as a ratio, before the bandit policy ends it.",
        Default = 0.1,
        Minimum = 0,
        ExclusiveMinimum = true,
        Maximum = 1000,
        Decides = Decides.Metrics
    )]
    public double SlackFactor { get; init; }

    [Setting(
        "TRUNCATION_PERCENTAGE",
        "Share of the trials that the truncation policy ends at each evaluation.",
        Default = 20,
        Minimum = 1,
        Maximum = 99,
        Unit = "percent",
        Decides = Decides.Metrics
    )]
    public int TruncationPercentage { get; init; }

    [Setting(
        "EVALUATION_INTERVAL",
        "Evaluations of a trial between two decisions to end it.",
        Default = 1,
        Minimum = 1,
        Maximum = 10_000,
        Unit = "evaluations",
        Decides = Decides.Metrics
    )]
    public int EvaluationInterval { get; init; }

    [Setting(
        "DELAY_EVALUATION",
        "Evaluations of a trial before the first decision to end it.",
        Default = 2,
        Minimum = 0,
        Maximum = 10_000,
        Unit = "evaluations",
        Decides = Decides.Metrics
    )]
    public int DelayEvaluation { get; init; }
}
