using Studio.Metrics;
using Studio.Runs;

namespace Studio.Tests;

public class LargestTriangleTests
{
    [Fact]
    public void Choose_KeepsEveryValue_WhenThereAreNoMoreThanAskedFor()
    {
        var series = Series([3, 1, 2]);

        Assert.Same(series, LargestTriangle.Choose(series, 3));
    }

    [Fact]
    public void Choose_KeepsFirstLastAndPeak_WhenTheCurveIsFlatElsewhere()
    {
        var values = new double[10_000];
        values[6543] = 9;

        var chosen = LargestTriangle.Choose(Series(values), 100);

        Assert.Equal(100, chosen.Values.Length);
        Assert.Equal(0, chosen.Steps[0]);
        Assert.Equal(9999, chosen.Steps[^1]);
        Assert.Contains(6543, chosen.Steps);
    }

    [Theory]
    [InlineData(4, 3)]
    [InlineData(1001, 1000)]
    [InlineData(12_345, 77)]
    public void Choose_ReturnsValuesOfTheCurveInOrder_WhenItHasMore(int count, int points)
    {
        var random = new Random(count);
        var series = Series([.. Enumerable.Range(0, count).Select(_ => random.NextDouble())]);

        var chosen = LargestTriangle.Choose(series, points);

        Assert.Equal(points, chosen.Values.Length);
        Assert.Equal(chosen.Steps.Order().Distinct(), chosen.Steps);
        Assert.All(chosen.Steps.Zip(chosen.Values), pair => Assert.Equal(series.Values[(int)pair.First], pair.Second));
    }

    [Fact]
    public void Choose_KeepsValuesThatAreNotFinite_WhenTheyInterruptTheCurve()
    {
        var values = Enumerable.Range(0, 1000).Select(i => (double)i).ToArray();
        (values[500], values[501], values[700]) = (double.NaN, double.NaN, double.PositiveInfinity);

        var chosen = LargestTriangle.Choose(Series(values), 50);

        Assert.Equal(50, chosen.Values.Length);
        Assert.Equal([500L, 700L], chosen.Steps.Where((_, i) => !double.IsFinite(chosen.Values[i])));
    }

    [Fact]
    public void Choose_StaysWithinTheLimit_WhenNoValueIsFinite()
    {
        var values = Enumerable.Range(0, 1000).Select(i => i % 2 == 0 ? double.NaN : 1).ToArray();

        Assert.InRange(LargestTriangle.Choose(Series(values), 40).Values.Length, 3, 40);
        Assert.Single(LargestTriangle.Choose(Series([.. values.Select(_ => double.NaN)]), 40).Values);
    }

    [Fact]
    public void Ordered_KeepsTheNewestValueOfAStep_WhenTheJobRepeatsSteps()
    {
        var series = new MetricSeries("loss", [1, 2, 3, 2, 3, 4], [1, 2, 3, 20, 30, 40], [1, 2, 3, 4, 5, 6]);

        var ordered = series.Ordered(from: 2);

        Assert.Equal([2L, 3L, 4L], ordered.Steps);
        Assert.Equal([20.0, 30.0, 40.0], ordered.Values);
    }

    private static MetricSeries Series(double[] values) =>
        new("loss", [.. values.Select((_, i) => (long)i)], values, new long[values.Length]);
}
