using Studio.Runs;

namespace Studio.Metrics;

/// <summary>
/// Chooses the points of a curve that look like all of them: largest triangle, three buckets (Steinarsson, 2013). The first point and the
/// last one stay. Each bucket between them keeps the point that spans the largest triangle with the point before and the mean of the next
/// bucket.
/// </summary>
public static class LargestTriangle
{
    /// <summary>The fewest points that can be asked for: the first, one between, and the last.</summary>
    public const int Fewest = 3;

    /// <summary>Returns at most <paramref name="points"/> values. The first of adjacent values that are not finite stays as well.</summary>
    /// <param name="series">The values by step.</param>
    /// <param name="points">The most points; at least <see cref="Fewest"/>.</param>
    public static MetricSeries Choose(MetricSeries series, int points)
    {
        if (series.Values.Length <= points)
            return series;
        var finite = new List<int>();
        var gaps = new List<int>();
        for (var i = 0; i < series.Values.Length; i++)
        {
            if (double.IsFinite(series.Values[i]))
                finite.Add(i);
            else if (i == 0 || double.IsFinite(series.Values[i - 1]))
                gaps.Add(i);
        }

        var mostGaps = finite.Count == 0 ? points : points / 4;
        var shownGaps = gaps.Count <= mostGaps ? gaps : Spread(gaps, mostGaps);
        var chosen = Choose(finite, series, Math.Max(points - shownGaps.Count, Fewest));
        return series.At([.. chosen.Concat(shownGaps).Order()]);
    }

    private static List<int> Spread(List<int> places, int count) =>
        [.. Enumerable.Range(0, count).Select(i => places[(int)((long)i * places.Count / count)])];

    private static List<int> Choose(List<int> places, MetricSeries series, int points)
    {
        if (places.Count <= points)
            return places;
        var chosen = new List<int>(points) { places[0] };
        var width = (places.Count - 2) / (double)(points - 2);
        var (last, first) = (0, 1);
        for (var bucket = 0; bucket < points - 2; bucket++)
        {
            var end = 1 + (int)((bucket + 1) * width);
            var nextEnd = Math.Min(1 + (int)((bucket + 2) * width), places.Count);
            var (meanStep, meanValue) = Mean(places, series, end, nextEnd);
            var best = first;
            var largest = -1.0;
            var (lastStep, lastValue) = ((double)series.Steps[places[last]], series.Values[places[last]]);
            for (var i = first; i < end; i++)
            {
                var area = Math.Abs(
                    ((lastStep - meanStep) * (series.Values[places[i]] - lastValue))
                        - ((lastStep - series.Steps[places[i]]) * (meanValue - lastValue))
                );
                if (area > largest)
                    (largest, best) = (area, i);
            }

            chosen.Add(places[best]);
            (last, first) = (best, end);
        }

        chosen.Add(places[^1]);
        return chosen;
    }

    private static (double Step, double Value) Mean(List<int> places, MetricSeries series, int from, int to)
    {
        var (steps, values) = (0.0, 0.0);
        for (var i = from; i < to; i++)
        {
            steps += series.Steps[places[i]];
            values += series.Values[places[i]];
        }

        return (steps / (to - from), values / (to - from));
    }
}
