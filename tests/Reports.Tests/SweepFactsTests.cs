using Experiments.Records;
using Reports.Building;
using Reports.Records;
using Reports.Texts;

namespace Reports.Tests;

public sealed class SweepFactsTests
{
    private static SweepFacts Sweep(params (string A, string B, double? Metric)[] trials) =>
        new(
            "score",
            IsMaximized: false,
            null,
            [
                .. trials.Select(
                    (trial, number) =>
                        new TrialFacts(
                            $"t_{number}",
                            "Completed",
                            new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = trial.A, ["b"] = trial.B },
                            trial.Metric,
                            1
                        )
                ),
            ]
        );

    [Fact]
    public void Build_GivesTrialsAndImportance_WhenTheJobIsASweep()
    {
        using var sample = new SampleRun();
        var input = sample.Input();
        var sweep = Sweep(("0.001", "x", 9), ("0.01", "y", 8), ("0.1", "y", double.NaN), ("1", "x", 1)) with { Best = "t_3" };

        var report = ReportBuilder.Build(input with { Run = input.Run with { Sweep = sweep } });
        ReportWriter.Write(sample.Output, input, report);

        Assert.Null(ReportBuilder.Build(input).Sweep);
        var read = RecordFile.Read<ReportFile>(Path.Combine(sample.Output, "report.json"), "").Sweep!;
        Assert.Equal(("score", false, "t_3"), (read.Metric, read.IsMaximized, read.BestTrial));
        Assert.Equal(["t_0", "t_1", "t_2", "t_3"], read.Trials.Select(trial => trial.Name));
        Assert.Equal([9, 8, null, 1], read.Trials.Select(trial => trial.Metric));
        Assert.All(read.Trials, trial => Assert.Equal(("Completed", 1.0), (trial.State, trial.Seconds)));
        Assert.Equal(("0.01", "y"), (read.Trials[1].Parameters["a"], read.Trials[1].Parameters["b"]));
        Assert.Equal(
            sweep.Importance().Select(one => (one.Parameter, one.Share)),
            read.Importance.Select(one => (one.Parameter, one.Share))
        );
        Assert.NotEmpty(read.Importance);
    }

    [Fact]
    public void BestSoFar_LeavesOutTrialsWithoutAValue()
    {
        var sweep = Sweep(("1", "x", 3), ("2", "x", null), ("3", "x", 5), ("4", "x", double.NaN), ("5", "x", 2));

        Assert.Equal([(1, 3), (3, 3), (5, 2)], sweep.BestSoFar());
        Assert.Equal([(1, 3), (3, 5), (5, 5)], (sweep with { IsMaximized = true }).BestSoFar());
    }

    [Fact]
    public void Importance_IsOne_WhenAParameterExplainsEverything()
    {
        // The metric falls with a, whatever its scale; b is the same for two values each.
        var importance = Sweep(("0.001", "x", 9), ("0.01", "y", 8), ("0.1", "y", 3), ("1", "x", 1)).Importance();

        Assert.Equal(["a", "b"], importance.Select(one => one.Parameter));
        Assert.Equal(1, importance[0].Share, 9);
        Assert.Equal(0, importance[1].Share, 9);
    }

    [Fact]
    public void Importance_ComparesGroups_WhenValuesAreNoNumbers()
    {
        var importance = Sweep(("7", "x", 1), ("7", "x", 2), ("7", "y", 8), ("7", "y", 9)).Importance();

        Assert.Equal(["b", "a"], importance.Select(one => one.Parameter));
        Assert.Equal(0.7, importance[0].Share, 9); // ranks 0 1 2 3, means 0.5 and 2.5: 0.8, adjusted for four trials and two groups
        Assert.Equal(0, importance[1].Share);
    }

    [Fact]
    public void Importance_FindsAParameter_WhoseBestValueIsInTheMiddle()
    {
        var sweep = Sweep([
            .. Enumerable.Range(0, 9).Select(number => ($"{number}", $"v{number % 2}", (double?)Math.Pow(number - 4.2, 2))),
        ]);

        var importance = sweep.Importance();

        Assert.Equal(["a", "b"], importance.Select(one => one.Parameter));
        Assert.InRange(importance[0].Share, 0.8, 1);
        Assert.InRange(importance[1].Share, 0, 0.1);
    }

    [Fact]
    public void Importance_IsZero_WhenEachTrialHasAValueOfItsOwn()
    {
        var importance = Sweep(("7", "p", 1), ("7", "q", 2), ("7", "r", 8), ("7", "s", 9)).Importance();

        Assert.All(importance, one => Assert.Equal(0, one.Share));
    }

    [Fact]
    public void Importance_IsEmpty_WhenThereAreFewerThanThreeTrials() =>
        Assert.Empty(Sweep(("1", "x", 1), ("2", "x", 2), ("3", "x", null)).Importance());
}
