using System.Text.Json.Nodes;
using WorkspaceEmulator.Sampling;

namespace WorkspaceEmulator.Tests.Sweeps;

public class EarlyTerminationTests
{
    private static EarlyTermination Policy(string json)
    {
        var (policy, fault) = EarlyTermination.Read((JsonObject)JsonNode.Parse(json)!);
        Assert.Null(fault);
        return policy!;
    }

    private static bool Ends(string policy, double[] own, params double[][] others) =>
        Policy(policy).Decide(own, others, isMaximized: true) is not null;

    private const string Bandit = """{"policyType":"Bandit","slackFactor":0.25}""";

    [Theory]
    [InlineData(0.81, false)]
    [InlineData(0.79, true)]
    [InlineData(double.NaN, true)]
    [InlineData(double.PositiveInfinity, true)]
    [InlineData(double.NegativeInfinity, true)]
    public void Decide_EndsATrialOutsideTheSlack_WhenThePolicyIsBandit(double own, bool ends) =>
        Assert.Equal(ends, Ends(Bandit, [own], [1.0, 9], [0.5]));

    [Fact]
    public void Decide_MeasuresTheSlackDownwards_WhenTheBestIsNegative()
    {
        Assert.False(Ends(Bandit, [-1.2], [-1]));
        Assert.True(Ends(Bandit, [-1.3], [-1]));
        Assert.True(Ends("""{"policyType":"Bandit","slackAmount":0.1}""", [-1.2], [-1]));
    }

    [Fact]
    public void Decide_ComparesTheSameInterval_WhenAnotherTrialIsAhead()
    {
        Assert.False(Ends(Bandit, [0.3], [0.3, 0.9]));
        Assert.True(Ends(Bandit, [0.3, 0.31], [0.3, 0.9]));
        Assert.False(Ends(Bandit, [0.3, 0.31, 0.32], [0.3, 0.9]));
    }

    [Fact]
    public void Decide_KeepsTheBestValueOfATrial()
    {
        Assert.False(Ends(Bandit, [0.9, 0.1], [0.9, 0.95]));
    }

    [Fact]
    public void Decide_EndsNoTrial_BecauseAnotherHasAnInfiniteValue()
    {
        Assert.False(Ends(Bandit, [0.5], [double.PositiveInfinity], [double.NaN]));
        Assert.False(Ends("""{"policyType":"MedianStopping"}""", [0.5], [double.PositiveInfinity]));
        Assert.False(Ends("""{"policyType":"TruncationSelection","truncationPercentage":50}""", [0.5], [double.PositiveInfinity]));
        Assert.False(Ends(Bandit, [double.NaN], [double.NaN]));
    }

    [Theory]
    [InlineData(true, 0.5, "its best value at interval 1 is 0.5, below 0.8, the least that the bandit policy permits")]
    [InlineData(false, -2, "its best value at interval 1 is 2, above 1.25, the most that the bandit policy permits")]
    [InlineData(true, double.NaN, "it has no finite value up to interval 1, and other trials have")]
    public void Decide_SaysTheValuesOfTheMetric(bool isMaximized, double own, string reason) =>
        Assert.Equal(
            reason,
            Policy(Bandit)
                .Decide(
                    [own],
                    [
                        [isMaximized ? 1.0 : -1.0],
                    ],
                    isMaximized
                )
        );

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, true)] // The fourth and the fifth value may arrive together.
    [InlineData(6, true)]
    public void Decide_WaitsForDelayAndInterval(int interval, bool ends)
    {
        const string Delayed = """{"policyType":"Bandit","slackFactor":0.1,"evaluationInterval":2,"delayEvaluation":3}""";

        Assert.Equal(ends, Ends(Delayed, [.. Enumerable.Repeat(0.1, interval)], [.. Enumerable.Repeat(0.9, 6)]));
    }

    // The fifth value comes too late, whether it is better or worse.
    [Theory]
    [InlineData(0.1, 0.9, true)]
    [InlineData(0.9, 0.1, false)]
    public void Decide_ComparesTheIntervalThatIsDue_WhenLaterValuesAreThere(double first, double later, bool ends)
    {
        const string EveryFourth = """{"policyType":"Bandit","slackFactor":0.1,"evaluationInterval":4}""";

        Assert.Equal(ends, Ends(EveryFourth, [first, first, first, first, later], [.. Enumerable.Repeat(0.9, 6)]));
    }

    [Fact]
    public void Decide_EndsATrialBelowTheMedianOfAverages_WhenThePolicyIsMedianStopping()
    {
        const string Median = """{"policyType":"MedianStopping"}""";
        double[][] others =
        [
            [0.2, 0.4],
            [0.4, 0.6],
            [0.6, 0.8],
            [0.99],
        ];

        Assert.True(Ends(Median, [0.1, 0.49], others));
        Assert.False(Ends(Median, [0.1, 0.51], others));
        Assert.False(Ends(Median, [0.1, 0.1, 0.1], others));
    }

    [Fact]
    public void Decide_EndsTheLowestShare_WhenThePolicyIsTruncationSelection()
    {
        const string Truncation = """{"policyType":"TruncationSelection","truncationPercentage":50}""";

        Assert.True(Ends(Truncation, [0.2], [0.1], [0.3], [0.4]));
        Assert.False(Ends(Truncation, [0.3], [0.1], [0.2], [0.4]));
        Assert.False(Ends("""{"policyType":"TruncationSelection","truncationPercentage":20}""", [0.1], [0.2], [0.3], [0.4]));
    }

    [Theory]
    [InlineData("""{"policyType":"Guess"}""", "policyType is 'Guess'; it must be Bandit, MedianStopping or TruncationSelection.")]
    [InlineData("""{"policyType":"Bandit"}""", "slackFactor is missing; a bandit must have it or slackAmount.")]
    [InlineData(
        """{"policyType":"Bandit","slackFactor":1,"slackAmount":1}""",
        "slackAmount is given beside slackFactor; it must be one of them."
    )]
    [InlineData("""{"policyType":"TruncationSelection"}""", "truncationPercentage is 0; it must be from 1 to 99.")]
    [InlineData("""{"policyType":"MedianStopping","evaluationInterval":-1}""", "evaluationInterval is -1; it must be at least 0.")]
    public void Read_ReturnsTheFault_WhenAPolicyIsWrong(string json, string fault) =>
        Assert.Equal((null, fault), EarlyTermination.Read((JsonObject)JsonNode.Parse(json)!));
}
