using System.Text.Json;
using Experiments.Settings;

namespace Experiments.Model;

/// <summary>The sweep: the <c>HYPERTUNE_PARAMS</c> object of an exp_config.</summary>
public sealed record HypertuneParameters
{
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
        "How the values of a trial are chosen.",
        Default = "random",
        Choices = ["random", "grid", "bayesian"],
        Decides = Decides.Metrics
    )]
    public string Sampling { get; init; } = "";

    [Setting(
        "SEARCH_SPACE",
        "Key paths of RUN_PARAMS and MODEL_PARAMS, each with a distribution as Azure ML writes it: `[\"uniform\", [0.001, 0.1]]`, "
            + "`[\"choice\", [[2, 4]]]`.",
        DefaultJson = """{"RUN_PARAMS.LEARNING_RATE": ["loguniform", [-9.2, -4.6]]}""",
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
}
