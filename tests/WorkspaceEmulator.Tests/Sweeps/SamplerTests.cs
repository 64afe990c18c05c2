using System.Text.Json.Nodes;
using Fixtures;
using WorkspaceEmulator.Sampling;

namespace WorkspaceEmulator.Tests.Sweeps;

public class SamplerTests
{
    private static SearchSpace Space(string json)
    {
        var (space, fault) = SearchSpace.Read((JsonObject)JsonNode.Parse(json)!);
        Assert.Null(fault);
        return space!;
    }

    private static SamplingSettings Sampling(SamplingKind kind, int seed = 7) => new(kind, seed);

    private static double Number(JsonNode? node) => double.Parse(node!.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("""["uniform",[2,4]]""", 0, 2, 0.5, 3)]
    [InlineData("""["loguniform",[0,2]]""", 0, 1, 0.5, Math.E)]
    [InlineData("""["quniform",[0,10,2]]""", 0.14, 2, 0.99, 10)]
    [InlineData("""["qloguniform",[0,4,5]]""", 0, 0, 0.999, 55)]
    [InlineData("""["randint",[3]]""", 0, 0, 0.99, 2)]
    [InlineData("""["normal",[5,2]]""", 0.5, 5, 0.841344746, 7)]
    [InlineData("""["lognormal",[0,1]]""", 0.5, 1, 0.841344746, Math.E)]
    [InlineData("""["qnormal",[5,2,4]]""", 0.5, 4, 0.99, 8)]
    [InlineData("""["qlognormal",[0,1,0.5]]""", 0.5, 1, 0.841344746, 2.5)]
    public void At_ReturnsTheQuantile(string distribution, double first, double firstValue, double second, double secondValue)
    {
        var (read, fault) = Distribution.Read(JsonNode.Parse(distribution));

        Assert.Null(fault);
        Assert.Equal(firstValue, Number(read!.At(first)), 6);
        Assert.Equal(secondValue, Number(read.At(second)), 6);
    }

    [Theory]
    [InlineData("""["uniform",[2]]""", "uniform must have 2 finite numbers.")]
    [InlineData("""["uniform",[4,2]]""", "uniform must have a minimum of at most its maximum.")]
    [InlineData("""["quniform",[2,4,0]]""", "quniform must have a step above 0.")]
    [InlineData("""["normal",[2,-1]]""", "normal must have a standard deviation of at least 0.")]
    [InlineData("""["uniform",[0,1e999]]""", "uniform must have 2 finite numbers.")]
    [InlineData("""["choice",[]]""", "choice must have one array of at least one value.")]
    [InlineData("""["choice",[[]]]""", "choice must have one array of at least one value.")]
    [InlineData("""["choice",[[{"a":["uniform",[0,1]]}]]]""", "choice has an object; distributions within a choice are not emulated.")]
    [InlineData("""["choice",[[null]]]""", "choice must have texts, finite numbers, true or false.")]
    [InlineData(
        """["guess",[1]]""",
        "its distribution must be choice, randint, uniform, loguniform, quniform, qloguniform, normal, lognormal, qnormal or qlognormal."
    )]
    [InlineData("3", "it must be an array of a distribution's name and its arguments.")]
    public void Read_ReturnsTheFault_WhenADistributionIsWrong(string json, string fault) =>
        Assert.Equal((null, fault), Distribution.Read(JsonNode.Parse(json)));

    [Fact]
    public void Sample_ReturnsEachPointOnce_WhenSamplingIsGrid()
    {
        var space = Space("""{"a":["choice",[[1,2]]],"b":["choice",[["x","y","z"]]]}""");

        var points = Enumerable
            .Range(0, 7)
            .Select(number => Sampler.Sample(space, Sampling(SamplingKind.Grid), 0, number, [])?.ToJsonString())
            .ToList();

        Assert.Equal(
            [
                """{"a":1,"b":"x"}""",
                """{"a":1,"b":"y"}""",
                """{"a":1,"b":"z"}""",
                """{"a":2,"b":"x"}""",
                """{"a":2,"b":"y"}""",
                """{"a":2,"b":"z"}""",
                null,
            ],
            points
        );
    }

    [Theory]
    [InlineData("Random")]
    [InlineData("Sobol")]
    public void Sample_ReturnsTheSameValues_WhenTheSeedIsTheSame(string rule)
    {
        var kind = Enum.Parse<SamplingKind>(rule);
        var space = Space("""{"a":["uniform",[0,1]],"b":["choice",[[1,2,3]]]}""");

        string Sample(int seed, int number) => Sampler.Sample(space, Sampling(kind, seed), 0, number, [])!.ToJsonString();

        Assert.Equal(Sample(7, 3), Sample(7, 3));
        Assert.NotEqual(Sample(7, 3), Sample(7, 4));
        Assert.NotEqual(Sample(7, 3), Sample(8, 3));
    }

    // The defining property of the sequence, which wrong direction numbers break.
    [Fact]
    public void At_FillsEveryInterval_InEachDimension()
    {
        var sobol = new Sobol(Sobol.MostDimensions, seed: 3);
        var points = Enumerable.Range(0, 256).Select(sobol.At).ToList();

        for (var dimension = 0; dimension < Sobol.MostDimensions; dimension++)
            Assert.Equal(256, points.Select(point => (int)(point[dimension] * 256)).Distinct().Count());
        Assert.Equal(256, points.Select(point => ((int)(point[0] * 16), (int)(point[1] * 16))).Distinct().Count());
    }

    [Fact]
    public void At_ReturnsANumberFromZeroToBelowOne_WhenThereAreMoreDimensionsThanPolynomials()
    {
        var point = new Sobol(Sobol.MostDimensions + 3, seed: 3).At(5);

        Assert.All(point, unit => Assert.InRange(unit, 0, 1 - 1e-12));
    }

    [Theory]
    [InlineData(0.001, -3.090232306)]
    [InlineData(0.025, -1.959963985)]
    [InlineData(0.5, 0)]
    [InlineData(0.9986501, 2.999997)]
    [InlineData(0.999999, 4.753424309)]
    public void At_ReturnsTheQuantileOfTheNormalDistribution(double probability, double quantile) =>
        Assert.Equal(quantile, NormalQuantile.At(probability), 5);

    [Fact]
    public void Fit_PredictsASmoothFunction()
    {
        double[] at = [0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1];
        var process = GaussianProcess.Fit([.. at.Select(x => new[] { x })], [.. at.Select(x => Math.Sin(6 * x))]);

        foreach (var x in new[] { 0.1, 0.37, 0.66, 0.95 })
            Assert.Equal(Math.Sin(6 * x), process.Predict([x]).Mean, 0.06);
        Assert.True(process.Predict([0.45]).Deviation < process.Predict([0.52]).Deviation);
    }

    [Fact]
    public void Sample_ReturnsDifferentPoints_WhenTrialsRunAtOneTime()
    {
        var space = Space("""{"x":["uniform",[0,1]]}""");
        var known = Enumerable
            .Range(0, 6)
            .Select(i => new TrialResult(new() { ["x"] = i / 5.0 }, -Math.Pow((i / 5.0) - 0.5, 2), IsActive: false))
            .ToList();

        var first = new BayesianSampler(space, 1).Sample(6, known);
        var second = new BayesianSampler(space, 1).Sample(7, [.. known, new(first, null, IsActive: true)]);

        Assert.True(Math.Abs(Number(first["x"]) - Number(second["x"])) > 1e-3, $"{first} and {second}");
    }

    public static TheoryData<string, string> Benchmarks =>
        new()
        {
            { "branin", """{"x":["uniform",[-5,10]],"y":["uniform",[0,15]]}""" },
            { "noisy quadratic", """{"x":["uniform",[-1,1]],"y":["uniform",[-1,1]]}""" },
        };

    [Theory]
    [MemberData(nameof(Benchmarks))]
    public void Sample_FindsMoreThanRandomSampling_WhenSamplingIsBayesian(string function, string json)
    {
        const int Trials = 20;
        var seeds = Seeds.Of(perChange: 4, perNight: 10).ToList();
        var space = Space(json);
        var bayesian = seeds.Select(seed => Best(SamplingKind.Bayesian, seed)).ToList();
        var random = seeds.Select(seed => Best(SamplingKind.Random, seed)).ToList();

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{function}: mean distance from the optimum after {Trials} trials: bayesian {bayesian.Average():F4}, "
                + $"random {random.Average():F4}"
        );
        Assert.True(bayesian.Average() < random.Average() / 2, $"{bayesian.Average()} and {random.Average()}");

        // The distance of the best chosen point from the optimum; what is measured there may have noise.
        double Best(SamplingKind kind, int seed)
        {
            var results = new List<TrialResult>();
            var noise = new SeededRandom(seed, -1);
            for (var number = 0; number < Trials; number++)
            {
                var values = Sampler.Sample(space, Sampling(kind, seed), 0, number, results)!;
                var (x, y) = (Number(values["x"]), Number(values["y"]));
                var measured = function == "branin" ? Branin(x, y) : Quadratic(x, y) + (0.05 * noise.NextNormal());
                results.Add(new(values, -measured, IsActive: false));
            }

            var best = results.MaxBy(result => result.Score)!.Values;
            return function == "branin"
                ? Branin(Number(best["x"]), Number(best["y"])) - 0.397887
                : Quadratic(Number(best["x"]), Number(best["y"]));
        }
    }

    private static double Branin(double x, double y) =>
        Math.Pow(y - (5.1 / (4 * Math.PI * Math.PI) * x * x) + (5 / Math.PI * x) - 6, 2)
        + (10 * (1 - (1 / (8 * Math.PI))) * Math.Cos(x))
        + 10;

    private static double Quadratic(double x, double y) => Math.Pow(x - 0.3, 2) + Math.Pow(y + 0.4, 2);
}
