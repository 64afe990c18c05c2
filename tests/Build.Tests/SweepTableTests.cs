using Build.Log;
using Build.Log.Displays;
using Build.Sessions.Jobs;
using Workspaces.DataPlane;
using Workspaces.Sweeps;

namespace Build.Tests;

public class SweepTableTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 10, 0, 0, TimeSpan.Zero);

    private static Trial Trial(int number, JobStatus status, double? metric = null, bool isEndedEarly = false, string? reason = null) =>
        new(
            $"sweep_{number}",
            status,
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["RUN_PARAMS.LEARNING_RATE"] = "0.012345678901234567",
                ["RUN_PARAMS.OPTIMIZER"] = "sgd",
            },
            metric,
            status == JobStatus.Queued ? 0 : 40,
            isEndedEarly,
            reason,
            status == JobStatus.Queued ? null : Start,
            status is JobStatus.Completed or JobStatus.Canceled or JobStatus.Failed ? Start.AddMinutes(2) : null
        );

    private static SweepState Sweep(JobStatus status, params Trial[] trials) =>
        new(status, null, new("eval_mAP", IsMaximized: true, 6, 2), trials);

    [Fact]
    public void Changes_ReturnsOneLinePerChange()
    {
        var first = Sweep(JobStatus.Running, Trial(0, JobStatus.Queued), Trial(1, JobStatus.Running));
        var second = Sweep(
            JobStatus.Running,
            Trial(0, JobStatus.Completed, 0.25),
            Trial(1, JobStatus.Running, 0.1),
            Trial(2, JobStatus.Failed, reason: "The command exited with code 1.")
        );
        var third = Sweep(
            JobStatus.Completed,
            Trial(0, JobStatus.Completed, 0.25),
            Trial(1, JobStatus.Canceled, 0.1, isEndedEarly: true),
            Trial(2, JobStatus.Failed, reason: "The command exited with code 1."),
            Trial(3, JobStatus.Completed, 0.5)
        );

        Assert.Equal(
            [
                "  sweep      Running",
                "  trial      sweep_0: RUN_PARAMS.LEARNING_RATE 0.0123457, RUN_PARAMS.OPTIMIZER sgd",
                "  trial      sweep_0: Queued",
                "  trial      sweep_1: RUN_PARAMS.LEARNING_RATE 0.0123457, RUN_PARAMS.OPTIMIZER sgd",
                "  trial      sweep_1: Running",
            ],
            SweepTable.Changes(null, first)
        );
        Assert.Equal(
            [
                "  trial      sweep_0: Completed, eval_mAP 0.25, the best so far",
                "  trial      sweep_1: eval_mAP 0.1 at step 40",
                "  trial      sweep_2: RUN_PARAMS.LEARNING_RATE 0.0123457, RUN_PARAMS.OPTIMIZER sgd",
                "  trial      sweep_2: Failed: The command exited with code 1.",
            ],
            SweepTable.Changes(first, second)
        );
        Assert.Equal(
            [
                "  sweep      Completed",
                "  trial      sweep_1: ended early, eval_mAP 0.1",
                "  trial      sweep_3: RUN_PARAMS.LEARNING_RATE 0.0123457, RUN_PARAMS.OPTIMIZER sgd",
                "  trial      sweep_3: Completed, eval_mAP 0.5, the best so far",
            ],
            SweepTable.Changes(second, third)
        );
        Assert.Empty(SweepTable.Changes(third, third));
    }

    [Fact]
    public void Changes_SaysThatATrialLostItsNode_WhenItWaitsAgain()
    {
        var running = Sweep(JobStatus.Running, Trial(0, JobStatus.Running));
        var waiting = Sweep(JobStatus.Running, Trial(0, JobStatus.Queued));

        Assert.Equal(
            ["  trial      sweep_0: Queued; its node was taken away, and it resumes from its last checkpoint"],
            SweepTable.Changes(running, waiting)
        );
    }

    [Theory]
    [InlineData(JobStatus.Queued)]
    [InlineData(JobStatus.Preparing)]
    public void Changes_SaysThatATrialLostItsNode_WhenItWasNotSeenToRun(JobStatus status)
    {
        var waiting = Sweep(JobStatus.Running, Trial(0, JobStatus.Queued));
        var again = Sweep(JobStatus.Running, Trial(0, JobStatus.Running) with { Status = status });

        Assert.Equal(
            [$"  trial      sweep_0: {status}; its node was taken away, and it resumes from its last checkpoint"],
            SweepTable.Changes(waiting, again)
        );
        Assert.Empty(SweepTable.Changes(again, again));
    }

    [Fact]
    public void Of_ListsStateMetricBestTrialAndTimeLeft()
    {
        var sweep = Sweep(JobStatus.Running, Trial(0, JobStatus.Completed, 0.25), Trial(1, JobStatus.Running, 0.1));

        var listing = SweepTable.Of(sweep, SweepTable.Left(sweep, Start.AddMinutes(1)));

        Assert.Equal(["trial", "state", "eval_mAP", "values"], listing.Headings);
        Assert.Equal(
            [
                "sweep_0|Completed|0.25|RUN_PARAMS.LEARNING_RATE 0.0123457, RUN_PARAMS.OPTIMIZER sgd",
                "sweep_1|Running|0.1|RUN_PARAMS.LEARNING_RATE 0.0123457, RUN_PARAMS.OPTIMIZER sgd",
                "sweep_0|best so far|0.25|RUN_PARAMS.LEARNING_RATE 0.0123457, RUN_PARAMS.OPTIMIZER sgd",
                "|ETA 0:04:30||1 of 6 trials have ended",
            ],
            listing.Rows.Select(row => string.Join('|', row.Cells))
        );
        Assert.Equal([Tone.Good, Tone.Plain, Tone.Good, Tone.Plain], listing.Rows.Select(row => row.Tone));
    }

    [Theory]
    [InlineData(98.4, "0:01:38")]
    [InlineData(98.5, "0:01:39")]
    [InlineData(59.6, "0:01:00")]
    [InlineData(90061, "25:01:01")]
    public void ShownDuration_RoundsToSeconds_AndCountsTheHoursOfDays(double seconds, string expected) =>
        Assert.Equal(expected, ShownDuration.Of(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Left_ReturnsNull_WhenNoTrialHasCompleted() =>
        Assert.Null(SweepTable.Left(Sweep(JobStatus.Running, Trial(0, JobStatus.Running)), Start));
}
