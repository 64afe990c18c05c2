using System.Text.Json.Nodes;
using Studio.Queries;
using Studio.Runs;

namespace Studio.Tests;

public class SweepQueryTests
{
    [Fact]
    public void Read_TellsTheBestSoFar_WhenTheMetricIsMinimized()
    {
        var sweep = Sweep(false, (1, "a", 3), (2, "a", null), (3, "b", double.NaN), (4, "b", 2), (5, "b", 4), (6, "b", -1));

        var trials = SweepQuery.Read(sweep)["trials"]!.AsArray();

        Assert.Equal("""[3,3,3,2,2,2]""", new JsonArray([.. trials.Select(trial => trial!["best"]!.DeepClone())]).ToJsonString());
        Assert.Null(trials[1]!["metric"]);
        Assert.Equal("NaN", (string?)trials[2]!["metric"]);
    }

    [Theory]
    [InlineData("Failed")]
    [InlineData("Canceled")]
    [InlineData("Running")]
    public void Read_LeavesOutOfTheBestSoFar_WhatHasNotCompleted(string state)
    {
        var sweep = Sweep(true, (1, "a", 9), (2, "a", 0.5));
        sweep = sweep with { Trials = [sweep.Trials[0] with { State = state, IsEndedEarly = state == "Canceled" }, sweep.Trials[1]] };

        var trials = SweepQuery.Read(sweep)["trials"]!.AsArray();

        Assert.Equal("[null,0.5]", new JsonArray([.. trials.Select(trial => trial!["best"]?.DeepClone())]).ToJsonString());
        Assert.Equal([state == "Canceled", false], trials.Select(trial => (bool)trial!["isEndedEarly"]!));
    }

    [Fact]
    public void Importance_NamesTheParameterThatDecides_WhenOneDoes()
    {
        var sweep = Sweep(true, (0.1, "a", 1), (0.2, "b", 2), (0.3, "b", 3), (0.4, "a", 4));

        var importance = SweepQuery.Importance(sweep);

        Assert.Equal(["rate", "kind"], importance.Select(one => one.Parameter));
        Assert.Equal(1, importance[0].Share, 9);
        Assert.Equal(0, importance[1].Share, 9);
    }

    [Fact]
    public void Importance_IsEmpty_WhenFewTrialsHaveAMetric() => Assert.Empty(SweepQuery.Importance(Sweep(true, (1, "a", 1), (2, "b", 2))));

    private static SweepFacts Sweep(bool isMaximized, params (double Rate, string Kind, double? Metric)[] trials) =>
        new(
            "eval_mAP",
            isMaximized,
            "random",
            10,
            2,
            [
                .. trials.Select(
                    (trial, i) =>
                        new TrialFacts(
                            $"s_{i}",
                            "Completed",
                            new() { ["rate"] = trial.Rate, ["kind"] = trial.Kind },
                            trial.Metric,
                            null,
                            null
                        )
                ),
            ]
        );
}
