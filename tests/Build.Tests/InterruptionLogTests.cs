using Build.Sessions.Jobs;
using Build.Sessions.Jobs.Outcomes;
using Workspaces.DataPlane;
using Workspaces.Logs;

namespace Build.Tests;

public class InterruptionLogTests
{
    private static JobLogLine Line(string text) => new("user_logs/std_log.txt", text);

    private static JobStatusChanged Lost => new(JobStatus.Queued, "Queued") { SentBack = true };

    private static IReadOnlyList<Interruption> Read(params JobEvent[] events)
    {
        var log = new InterruptionLog(TimeProvider.System);
        foreach (var happened in events)
            log.Add(happened);
        return [.. log.All.Select(found => found with { SecondsLost = found.SecondsLost is null ? null : 0 })];
    }

    [Fact]
    public void Add_FindsWhereTheJobResumed_AndWhatWasLost()
    {
        var found = Read(
            Line("[1/7] read the datasets"),
            Line("step 1/60  loss 1.000  lr 0.01"),
            Line("step 31/60  loss 0.500  lr 0.01"),
            Lost,
            Line("error: stopped by SIGTERM after step 41; its checkpoint is written. Run the same command again to resume."),
            Line("[1/7] read the datasets"),
            Line("resuming from the checkpoint after step 41"),
            Line("step 42/60  loss 0.400  lr 0.01")
        );

        Assert.Equal([new Interruption(41, 41, 0)], found);
        Assert.Equal(0, found[0].StepsLost);
    }

    [Fact]
    public void Add_CountsTheStepsSinceTheCheckpoint_WhenTheNodeVanished()
    {
        var found = Read(
            Line("[1/7] read the datasets"),
            Line("step 31/60  loss 0.500  lr 0.01"),
            Lost,
            Line("[1/7] read the datasets"),
            Line("resuming from the checkpoint after step 20"),
            Line("step 21/60  loss 0.400  lr 0.01"),
            Lost,
            Line("[1/7] read the datasets"),
            Line("step 1/60  loss 0.400  lr 0.01")
        );

        Assert.Equal([(31, 20, 11), (31, 0, 31)], found.Select(lost => (lost.StoppedAfter, lost.ResumedAfter, lost.StepsLost)));
        Assert.All(found, lost => Assert.Null(lost.SecondsLost));
    }

    [Fact]
    public void Add_CountsNoStep_WhenTheNodeVanishedAfterTheLastOne()
    {
        var found = Read(
            Line("[1/7] read the datasets"),
            Line("step 24/24  loss 0.500  lr 0.01"),
            Lost,
            Line("[1/7] read the datasets"),
            Line("all 24 steps are done already; the model of their checkpoint is used")
        );

        Assert.Equal([new Interruption(24, 24, null)], found);
        Assert.Equal(0, found[0].StepsLost);
    }

    [Fact]
    public void AddPast_FindsTheAttempts_InTheLogOfAJobThatHasEnded()
    {
        var log = new InterruptionLog(TimeProvider.System);
        foreach (
            var line in new[]
            {
                "[1/7] read the datasets",
                "[2/7] prepare the records",
                "step 8/24  loss 0.5  lr 0.01",
                "error: stopped by SIGTERM after step 9; its checkpoint is written. Run the same command again to resume.",
                "[1/7] read the datasets",
                "resuming from the checkpoint after step 9",
                "step 12/24  loss 0.5  lr 0.01",
                "[1/7] read the datasets",
                "step 1/24  loss 0.5  lr 0.01",
                "step 24/24  loss 0.5  lr 0.01",
            }
        )
        {
            log.AddPast(line);
        }

        Assert.Equal([new Interruption(9, 9, null), new Interruption(12, 0, null)], log.All);
        Assert.Equal([0, 12], log.All.Select(loss => loss.StepsLost));
    }

    [Fact]
    public void Add_FindsTheLoss_WhenTheJobIsNeverSeenToWait()
    {
        var found = Read(
            Line("[1/7] read the datasets"),
            Line("step 80/240  loss 1.159  lr 0.0436"),
            Line("error: stopped by SIGTERM after step 101; its checkpoint is written. Run the same command again to resume."),
            Line("[1/7] read the datasets"),
            Line("resuming from the checkpoint after step 101"),
            Line("step 102/240  loss 1.237  lr 0.0373"),
            Line("step 113/240  loss 0.955  lr 0.0336")
        );

        Assert.Equal([new Interruption(101, 101, 0)], found);
    }

    [Fact]
    public void Add_FindsNothing_WhenSeveralProcessesLogTheirStages() =>
        Assert.Empty(
            Read(
                new JobLogLine("user_logs/std_log_process_0.txt", "[1/7] read the datasets"),
                new JobLogLine("user_logs/std_log_process_1.txt", "[1/7] read the datasets"),
                new JobLogLine("user_logs/std_log_process_0.txt", "step 1/24  loss 0.5  lr 0.01")
            )
        );

    [Theory]
    [InlineData("step 31/60  loss 0.5[1/7] read the datasets")]
    [InlineData("step 3[1/7] read the datasets")]
    [InlineData("[5/7] tra[1/7] read the datasets")]
    public void Add_FindsTheLoss_WhenTheKilledAttemptLeftAnIncompleteLine(string joined)
    {
        var found = Read(
            Line("[1/7] read the datasets"),
            Line("step 31/60  loss 0.500  lr 0.01"),
            Lost,
            Line(joined),
            Line("resuming from the checkpoint after step 20"),
            Line("step 21/60  loss 0.400  lr 0.01"),
            Line("step 41/60  loss 0.400  lr 0.01")
        );

        Assert.Equal([new Interruption(31, 20, 0)], found);
    }

    [Fact]
    public void AddPast_FindsTheLosses_WhenKilledAttemptsLeftIncompleteLines()
    {
        var log = new InterruptionLog(TimeProvider.System);
        foreach (
            var line in new[]
            {
                "[1/7] read the datasets",
                "step 1/24  loss 0.5  lr 0.01",
                "step 8/24  loss 0.5[1/7] read the datasets",
                "step 1/24  loss 0.5  lr 0.01",
                "step 12/24  loss 0.5  lr 0.01",
                "step 16[1/7] read the datasets",
                "resuming from the checkpoint after step 10",
                "step 11/24  loss 0.5  lr 0.01",
                "step 24/24  loss 0.5  lr 0.01",
            }
        )
        {
            log.AddPast(line);
        }

        Assert.Equal([new Interruption(8, 0, null), new Interruption(12, 10, null)], log.All);
    }

    [Fact]
    public void AddPast_FindsNothing_WhenTheFirstAttemptResumesWhatAnotherJobTrained()
    {
        var log = new InterruptionLog(TimeProvider.System);
        foreach (
            var line in new[] { "[1/7] read the datasets", "resuming from the checkpoint after step 9", "step 10/24  loss 0.5  lr 0.01" }
        )
        {
            log.AddPast(line);
        }

        Assert.Empty(log.All);
    }

    [Fact]
    public void AddPast_FindsNothing_WhenTheJobHadOneAttempt()
    {
        var log = new InterruptionLog(TimeProvider.System);
        foreach (var line in new[] { "[1/7] read the datasets", "step 24/24  loss 0.5  lr 0.01", "[7/7] save the model" })
            log.AddPast(line);

        Assert.Empty(log.All);
    }

    [Fact]
    public void Add_FindsNothing_WhenTheNodeStays() =>
        Assert.Empty(Read(Line("[1/7] read the datasets"), Line("step 60/60  loss 0.5  lr 0.01"), Line("[7/7] save the model")));
}
