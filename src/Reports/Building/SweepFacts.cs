namespace Reports.Building;

/// <summary>A sweep with its trials.</summary>
/// <param name="Metric">The metric by which trials are compared.</param>
/// <param name="IsMaximized">Whether more of the metric is better.</param>
/// <param name="Best">Name of the best trial; null when no trial completed.</param>
/// <param name="Trials">The trials in their order.</param>
public sealed record SweepFacts(string Metric, bool IsMaximized, string? Best, IReadOnlyList<TrialFacts> Trials)
{
    /// <summary>Gets the trials with a value of the metric.</summary>
    internal IReadOnlyList<TrialFacts> Measured => [.. Trials.Where(trial => trial.Metric is { } value && double.IsFinite(value))];

    /// <summary>Gets the names of the parameters in alphabetical order.</summary>
    internal IReadOnlyList<string> Parameters =>
        [.. Trials.SelectMany(trial => trial.Values.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Gets the sum of the durations of the trials.</summary>
    public TimeSpan NodeTime => TimeSpan.FromSeconds(Trials.Sum(trial => trial.Seconds is >= 0 and < 1e9 ? trial.Seconds.Value : 0));

    /// <summary>Returns whether a trial is the best one.</summary>
    internal bool IsBest(TrialFacts trial) => trial.Name == Best;

    /// <summary>Returns how much each parameter says about the metric, the most important first.</summary>
    internal IReadOnlyList<(string Parameter, double Share)> Importance() =>
        ParameterImportance.Of([.. Measured.Select(trial => (trial.Values, trial.Metric!.Value))]);

    /// <summary>Returns the best value up to each completed trial with a value, by the number of the trial from 1 on.</summary>
    internal IReadOnlyList<(int Number, double Value)> BestSoFar()
    {
        var found = new List<(int, double)>();
        double? best = null;
        foreach (var (trial, place) in Trials.Select((trial, place) => (trial, place)))
        {
            if (trial is not { State: "Completed", Metric: { } value } || !double.IsFinite(value))
                continue;
            best =
                best is not { } known ? value
                : IsMaximized ? Math.Max(known, value)
                : Math.Min(known, value);
            found.Add((place + 1, best.Value));
        }

        return found;
    }
}
