namespace Studio.Runs;

/// <summary>Holds all values of a metric.</summary>
/// <param name="Name">Name of the metric.</param>
/// <param name="Steps">Step of each value.</param>
/// <param name="Values">The values; NaN and infinities are possible.</param>
/// <param name="Times">Time of each value in Unix milliseconds.</param>
public sealed record MetricSeries(string Name, long[] Steps, double[] Values, long[] Times)
{
    /// <summary>
    /// Returns the values by step from a step on. Of several values of a step the newest stays: a job that continues repeats some.
    /// </summary>
    public MetricSeries Ordered(long from)
    {
        var isOrdered = true;
        for (var i = 1; i < Steps.Length && isOrdered; i++)
            isOrdered = Steps[i] > Steps[i - 1];
        if (isOrdered)
        {
            var first = Array.FindIndex(Steps, step => step >= from);
            return first switch
            {
                0 => this,
                < 0 => new(Name, [], [], []),
                _ => new(Name, Steps[first..], Values[first..], Times[first..]),
            };
        }

        var newest = new SortedDictionary<long, int>();
        for (var i = 0; i < Steps.Length; i++)
        {
            if (Steps[i] >= from)
                newest[Steps[i]] = i;
        }

        return At([.. newest.Values]);
    }

    /// <summary>Returns the values at some places.</summary>
    public MetricSeries At(IReadOnlyList<int> places) =>
        new(
            Name,
            [.. places.Select(place => Steps[place])],
            [.. places.Select(place => Values[place])],
            [.. places.Select(place => Times[place])]
        );
}
