using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Sampling;

/// <summary>Holds the values of a trial and what came of them.</summary>
/// <param name="Values">The value of each parameter.</param>
/// <param name="Score">Its metric, where more is better; null while it runs, and when it has none.</param>
/// <param name="IsActive">Whether it has not ended.</param>
internal sealed record TrialResult(JsonObject Values, double? Score, bool IsActive);

/// <summary>Chooses the values of trials. They follow from the seed, the number of the trial and the earlier trials alone.</summary>
internal static class Sampler
{
    /// <summary>Returns the values of a trial; null when a grid has no further point.</summary>
    /// <param name="space">The parameters.</param>
    /// <param name="sampling">The algorithm.</param>
    /// <param name="fallbackSeed">The seed when the sampling names none.</param>
    /// <param name="number">Number of the trial, from 0.</param>
    /// <param name="earlier">The trials that exist; only Bayesian sampling reads them.</param>
    public static JsonObject? Sample(
        SearchSpace space,
        SamplingSettings sampling,
        int fallbackSeed,
        int number,
        IReadOnlyList<TrialResult> earlier
    )
    {
        var seed = sampling.Seed ?? fallbackSeed;
        var dimensions = space.Parameters.Count;
        return sampling.Kind switch
        {
            SamplingKind.Grid => space.AtGrid(number),
            SamplingKind.Sobol => space.At(new Sobol(dimensions, seed).At(number)),
            SamplingKind.Bayesian => new BayesianSampler(space, seed).Sample(number, earlier),
            _ => space.At(new SeededRandom(seed, number).NextPoint(dimensions)),
        };
    }
}
