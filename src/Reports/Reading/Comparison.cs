using Experiments.Records;
using Reports.Records;

namespace Reports.Reading;

/// <summary>The result of <c>python -m detection compare</c>.</summary>
/// <param name="Paired">Whether both runs have predictions on the same test images.</param>
/// <param name="Reason">Reason why they cannot be paired; null when they are.</param>
/// <param name="Images">Number of test images.</param>
/// <param name="Resamples">Number of resamples.</param>
/// <param name="Seed">Decides the resamples.</param>
/// <param name="Metrics">The compared metrics by name.</param>
public sealed record Comparison(
    bool Paired,
    string? Reason,
    int Images,
    int Resamples,
    long Seed,
    IReadOnlyDictionary<string, ComparedMetric> Metrics
)
{
    /// <summary>Reads the file that the command wrote.</summary>
    /// <exception cref="RecordException">The file is missing or broken.</exception>
    public static Comparison Read(string path) => RecordFile.Read<Comparison>(path, "Run Report again.");

    /// <summary>Returns the result for runs that were not compared.</summary>
    public static Comparison Unpaired(string reason) =>
        new(Paired: false, reason, 0, 0, 0, new Dictionary<string, ComparedMetric>(StringComparer.Ordinal));
}

/// <summary>One compared metric; all of it is null where there is nothing to measure.</summary>
public sealed record ComparedMetric(double? Value, double? Baseline, double? Difference, double? Low, double? High, Word? Word);
