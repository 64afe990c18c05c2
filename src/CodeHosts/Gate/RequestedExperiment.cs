using System.Text.Json.Serialization;

namespace CodeHosts.Gate;

/// <summary>An experiment to train.</summary>
/// <param name="ExpConfig">Its file, relative to the repository.</param>
/// <param name="Overrides">Each <c>KEY=VALUE</c>.</param>
public sealed record RequestedExperiment(
    [property: JsonPropertyName("exp_config")] string ExpConfig,
    [property: JsonPropertyName("overrides")] IReadOnlyList<string> Overrides
)
{
    /// <summary>Returns whether two requests train the same.</summary>
    public bool IsSame(string expConfig, IReadOnlyList<string> overrides) =>
        ExpConfig == expConfig && Overrides.SequenceEqual(overrides, StringComparer.Ordinal);
}
