using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Sampling;

/// <summary>Lists how the values of trials are chosen.</summary>
internal enum SamplingKind
{
    Random,

    /// <summary>Random sampling by a Sobol sequence, which fills the space evenly.</summary>
    Sobol,
    Grid,
    Bayesian,
}

/// <summary>Describes how the values of trials are chosen.</summary>
/// <param name="Kind">The algorithm.</param>
/// <param name="Seed">Seed of the sequence; null for one that follows from the sweep's name.</param>
internal sealed record SamplingSettings(SamplingKind Kind, int? Seed)
{
    /// <summary>Reads <c>samplingAlgorithm</c>.</summary>
    /// <returns>Either the settings or what is wrong, beginning with the member.</returns>
    public static (SamplingSettings? Settings, string? Fault) Read(JsonObject? json)
    {
        var kind = json.Text("samplingAlgorithmType");
        var rule = json.Text("rule") ?? "Random";
        if (kind == "Random" && !rule.Equals("Random", StringComparison.OrdinalIgnoreCase) && !IsSobol(rule))
            return (null, $"rule is '{rule}'; it must be Random or Sobol.");
        var seed = json?["seed"] is null ? null : json.Integer("seed");
        if (json?["seed"] is { } given && seed is null or < int.MinValue or > int.MaxValue)
            return (null, $"seed is {json["seed"]!.ToJsonString()}; it must be a whole number of 32 bits.");
        return kind switch
        {
            "Random" => (new(IsSobol(rule) ? SamplingKind.Sobol : SamplingKind.Random, (int?)seed), null),
            "Grid" => (new(SamplingKind.Grid, null), null),
            "Bayesian" => (new(SamplingKind.Bayesian, null), null),
            _ => (null, $"samplingAlgorithmType is '{kind}'; it must be Random, Grid or Bayesian."),
        };
    }

    /// <summary>Returns why this sampling cannot be used with a space, beginning with the parameter; null when it can.</summary>
    public string? Refusal(SearchSpace space) =>
        space
            .Parameters.Where(parameter =>
                Kind switch
                {
                    SamplingKind.Grid => !parameter.Distribution.IsChoice,
                    SamplingKind.Bayesian => !parameter.Distribution.IsChoice
                        && parameter.Distribution.Kind is not ("uniform" or "quniform"),
                    _ => false,
                }
            )
            .Select(parameter =>
                $"{parameter.Name} is '{parameter.Distribution.Kind}'; {Kind} sampling takes "
                + (Kind == SamplingKind.Grid ? "choice only." : "choice, uniform and quniform only.")
            )
            .FirstOrDefault();

    private static bool IsSobol(string rule) => rule.Equals("Sobol", StringComparison.OrdinalIgnoreCase);
}
