using Reports.Building;

namespace Reports.Pages;

/// <summary>An axis of the parallel coordinates: a range of numbers, or the values that are no numbers in alphabetical order.</summary>
internal sealed class ParallelAxis
{
    // Ratio of the ends from which a linear axis would press most values together.
    private const double WideRange = 50;

    private readonly Func<TrialFacts, double?> numberOf;
    private readonly Func<TrialFacts, string?> textOf;
    private readonly (double Low, double High) range;
    private readonly IReadOnlyList<string> names;

    private ParallelAxis(
        string name,
        IReadOnlyList<TrialFacts> trials,
        Func<TrialFacts, double?> numberOf,
        Func<TrialFacts, string?> textOf
    )
    {
        (Name, this.numberOf, this.textOf) = (name, numberOf, textOf);
        var present = trials.Where(trial => textOf(trial) is not null).ToList();
        if (present.Count > 0 && present.All(trial => numberOf(trial) is not null))
        {
            var numbers = present.Select(trial => numberOf(trial)!.Value).ToList();
            (range, names) = ((numbers.Min(), numbers.Max()), []);
            IsLogarithmic = range.Low > 0 && range.High / range.Low > WideRange;
        }
        else
        {
            names = [.. present.Select(trial => textOf(trial)!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Gets the name of the parameter or the metric.</summary>
    public string Name { get; }

    /// <summary>Gets whether equal ratios have equal distances.</summary>
    public bool IsLogarithmic { get; }

    /// <summary>Returns the axis of a parameter.</summary>
    public static ParallelAxis OfParameter(string name, IReadOnlyList<TrialFacts> trials) =>
        new(name, trials, trial => trial.Number(name), trial => trial.Values.GetValueOrDefault(name));

    /// <summary>Returns the axis of the metric.</summary>
    public static ParallelAxis OfMetric(string name, IReadOnlyList<TrialFacts> trials) =>
        new(name, trials, trial => trial.Metric, trial => trial.Metric is null ? null : "");

    /// <summary>Returns where a trial crosses the axis, from 0 at the bottom to 1; null when it has no value.</summary>
    public double? ShareOf(TrialFacts trial) =>
        textOf(trial) is not { } text ? null
        : names.Count > 0 ? ShareOf(text)
        : ShareOf(numberOf(trial)!.Value);

    /// <summary>Returns the ends of a range, or the values, with their places.</summary>
    /// <param name="most">Values that are named at most.</param>
    public IEnumerable<(double Share, string Text)> Marks(int most)
    {
        if (names.Count > 0)
            return names.Take(most).Select(name => (ShareOf(name), name));
        return range.Low.Equals(range.High)
            ? [(ShareOf(range.Low), SweepSection.Number(range.Low))]
            : [(0, SweepSection.Number(range.Low)), (1, SweepSection.Number(range.High))];
    }

    private double ShareOf(string text)
    {
        var place = 0;
        while (place < names.Count - 1 && names[place] != text)
            place++;
        return names.Count == 1 ? 0.5 : place / (double)(names.Count - 1);
    }

    private double ShareOf(double number)
    {
        if (range.Low.Equals(range.High))
            return 0.5;
        var share = IsLogarithmic
            ? (Math.Log(number) - Math.Log(range.Low)) / (Math.Log(range.High) - Math.Log(range.Low))
            : (number / 2 - range.Low / 2) / (range.High / 2 - range.Low / 2); // halves: the span of two large numbers is finite
        return Math.Clamp(share, 0, 1);
    }
}
