using Experiments.Model;

namespace Experiments.Reading;

/// <summary>An experiment and the environment it names, both valid and fitting together.</summary>
/// <param name="Experiment">The exp_config.</param>
/// <param name="Environment">The environment config ENV_CONFIG_FILE names.</param>
public sealed record Configuration(Experiment Experiment, EnvironmentConfig Environment)
{
    /// <summary>What will be wrong some day, one sentence each with its place; empty when nothing is known of.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
