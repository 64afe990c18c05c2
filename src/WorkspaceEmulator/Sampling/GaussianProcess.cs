namespace WorkspaceEmulator.Sampling;

/// <summary>
/// Represents a Gaussian process with a Matérn kernel (5/2), a length for each feature, and noise. The lengths and the noise are those of a
/// grid under which the observations are most likely.
/// </summary>
internal sealed class GaussianProcess
{
    private static readonly double[] Lengths = [0.07, 0.12, 0.2, 0.35, 0.6, 1, 2, 5];
    private static readonly double[] Noises = [1e-5, 1e-3, 1e-2, 0.05, 0.2, 0.5];
    private const int Passes = 2;

    private readonly IReadOnlyList<double[]> points;
    private readonly double[] values; // Of mean 0 and variance 1.
    private readonly double[] lengths;
    private readonly double noise;
    private readonly double mean;
    private readonly double scale;
    private readonly double[,] factor;
    private readonly double[] weights;

    private GaussianProcess(IReadOnlyList<double[]> points, double[] values, double[] lengths, double noise, double mean, double scale)
    {
        (this.points, this.values, this.lengths, this.noise) = (points, values, lengths, noise);
        (this.mean, this.scale) = (mean, scale);
        factor = Factorize(points, lengths, noise);
        weights = SolveTransposed(factor, Solve(factor, values));
    }

    private double LogLikelihood
    {
        get
        {
            var sum = 0.0;
            for (var i = 0; i < values.Length; i++)
                sum -= (0.5 * values[i] * weights[i]) + Math.Log(factor[i, i]);
            return sum;
        }
    }

    /// <summary>Fits a process to observations.</summary>
    /// <param name="points">Features from 0 to 1; at least one point.</param>
    /// <param name="observed">A finite value for each point.</param>
    public static GaussianProcess Fit(IReadOnlyList<double[]> points, double[] observed)
    {
        var average = observed.Average();
        var deviation = Math.Sqrt(observed.Average(value => (value - average) * (value - average)));
        var unit = deviation > 0 ? deviation : 1;
        double[] normal = [.. observed.Select(value => (value - average) / unit)];
        var features = points[0].Length;

        var best = Better(null, Lengths.SelectMany(length => Noises.Select(noise => (Of(length, features), noise))));
        for (var pass = 0; pass < Passes && features > 1; pass++)
        {
            for (var feature = 0; feature < features; feature++)
                best = Better(best, Lengths.Select(length => (With(best.lengths, feature, length), best.noise)));
            best = Better(best, Noises.Select(noise => (best.lengths, noise)));
        }

        return best;

        GaussianProcess Better(GaussianProcess? than, IEnumerable<(double[] Lengths, double Noise)> settings) =>
            settings
                .Select(setting => new GaussianProcess(points, normal, setting.Lengths, setting.Noise, average, unit))
                .Prepend(than)
                .OfType<GaussianProcess>()
                .MaxBy(process => process.LogLikelihood)!;
    }

    /// <summary>Returns the process with one more observation: the value that it expects there.</summary>
    public GaussianProcess WithExpected(double[] point) =>
        new([.. points, point], [.. values, (Predict(point).Mean - mean) / scale], lengths, noise, mean, scale);

    /// <summary>Returns what the process expects at a point, without noise.</summary>
    public (double Mean, double Deviation) Predict(double[] point)
    {
        var near = new double[points.Count];
        for (var i = 0; i < near.Length; i++)
            near[i] = Kernel(points[i], point, lengths);
        var expected = 0.0;
        for (var i = 0; i < near.Length; i++)
            expected += near[i] * weights[i];
        var explained = Solve(factor, near);
        var variance = 1 - explained.Sum(part => part * part);
        return (mean + (scale * expected), scale * Math.Sqrt(Math.Max(variance, 1e-12)));
    }

    /// <summary>Returns by how much a value at a point is expected to exceed the best, where only excess counts.</summary>
    public double ExpectedImprovement(double[] point, double best)
    {
        var (expected, deviation) = Predict(point);
        var ratio = (expected - best) / deviation;
        return ((expected - best) * NormalQuantile.Below(ratio)) + (deviation * NormalQuantile.Density(ratio));
    }

    private static double[] Of(double length, int features) => [.. Enumerable.Repeat(length, features)];

    private static double[] With(double[] lengths, int feature, double length) =>
        [.. lengths.Select((old, index) => index == feature ? length : old)];

    private static double Kernel(double[] first, double[] second, double[] lengths)
    {
        var squares = 0.0;
        for (var i = 0; i < first.Length; i++)
        {
            var distance = (first[i] - second[i]) / lengths[i];
            squares += distance * distance;
        }

        var root = Math.Sqrt(5 * squares);
        return (1 + root + (5 * squares / 3)) * Math.Exp(-root);
    }

    /// <summary>Returns the lower triangle whose product with its transpose is the covariance of the observations (Cholesky).</summary>
    private static double[,] Factorize(IReadOnlyList<double[]> points, double[] lengths, double noise)
    {
        var count = points.Count;
        var lower = new double[count, count];
        for (var row = 0; row < count; row++)
        {
            for (var column = 0; column <= row; column++)
            {
                var sum = Kernel(points[row], points[column], lengths) + (row == column ? noise + 1e-9 : 0);
                for (var k = 0; k < column; k++)
                    sum -= lower[row, k] * lower[column, k];
                lower[row, column] = row == column ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / lower[column, column];
            }
        }

        return lower;
    }

    private static double[] Solve(double[,] lower, double[] right)
    {
        var result = new double[right.Length];
        for (var row = 0; row < result.Length; row++)
        {
            var sum = right[row];
            for (var k = 0; k < row; k++)
                sum -= lower[row, k] * result[k];
            result[row] = sum / lower[row, row];
        }

        return result;
    }

    private static double[] SolveTransposed(double[,] lower, double[] right)
    {
        var result = new double[right.Length];
        for (var row = result.Length - 1; row >= 0; row--)
        {
            var sum = right[row];
            for (var k = row + 1; k < result.Length; k++)
                sum -= lower[k, row] * result[k];
            result[row] = sum / lower[row, row];
        }

        return result;
    }
}
