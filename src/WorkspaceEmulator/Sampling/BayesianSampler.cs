using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Sampling;

/// <summary>
/// Chooses the point with the largest expected improvement under a Gaussian process that is fitted to the trials so far. A trial that is
/// still running counts with the value that the process expects, so that trials at the same time differ.
/// </summary>
internal sealed class BayesianSampler(SearchSpace space, int seed)
{
    private const int RandomCandidates = 600;
    private const int Refinements = 6;
    private const int CandidatesOfRefinement = 60;
    private const int MostObservations = 150;

    /// <summary>Returns the values of a trial. The first trials fill the space evenly.</summary>
    public JsonObject Sample(int number, IReadOnlyList<TrialResult> earlier)
    {
        var dimensions = space.Parameters.Count;
        var known = earlier
            .Where(trial => trial.Score is { } score && double.IsFinite(score))
            .OrderByDescending(trial => trial.Score)
            .Take(MostObservations)
            .ToList();
        if (known.Count < dimensions + 2)
            return space.At(new Sobol(dimensions, seed).At(number));

        var random = new SeededRandom(seed, number);
        var features = known.Select(trial => space.FeaturesOf(trial.Values)).ToList();
        var process = GaussianProcess.Fit(features, [.. known.Select(trial => trial.Score!.Value)]);
        foreach (var trial in earlier.Where(trial => trial.IsActive && trial.Score is null))
            process = process.WithExpected(space.FeaturesOf(trial.Values));
        // With noise the best measured value is luck; the best expected one is not.
        var best = features.Max(at => process.Predict(at).Mean);
        return space.At(Maximize(random, known, dimensions, point => process.ExpectedImprovement(space.FeaturesOf(space.At(point)), best)));
    }

    private double[] Maximize(SeededRandom random, List<TrialResult> known, int dimensions, Func<double[], double> value)
    {
        var (top, topValue) = (random.NextPoint(dimensions), double.NegativeInfinity);
        for (var i = 0; i < RandomCandidates; i++)
            Consider(random.NextPoint(dimensions));
        foreach (var trial in known.Take(5))
        {
            for (var i = 0; i < CandidatesOfRefinement; i++)
                Consider(Near(random, space.PointOf(trial.Values), 0.1));
        }

        var spread = 0.05;
        for (var refinement = 0; refinement < Refinements; refinement++, spread /= 2)
        {
            for (var i = 0; i < CandidatesOfRefinement; i++)
                Consider(Near(random, top, spread));
        }

        return top;

        void Consider(double[] point)
        {
            if (value(point) is var found && found > topValue)
                (top, topValue) = (point, found);
        }
    }

    private static double[] Near(SeededRandom random, double[] point, double spread) =>
        [.. point.Select(unit => Math.Clamp(unit + (spread * random.NextNormal()), 0, 1 - 1e-12))];
}
