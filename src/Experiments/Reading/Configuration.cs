using Experiments.Model;

namespace Experiments.Reading;

/// <summary>An experiment and the environment it names, both valid and fitting together.</summary>
/// <param name="Experiment">The exp_config.</param>
/// <param name="Environment">The environment config that ENV_CONFIG_FILE names.</param>
public sealed record Configuration(Experiment Experiment, EnvironmentConfig Environment)
{
    /// <summary>Warnings about later problems, such as the retirement of a VM size: one sentence each, with its place.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
