using Build.Sessions.Jobs;
using Build.Sessions.Jobs.Outcomes;
using Workspaces.DataPlane;
using Workspaces.Sweeps;

namespace Build.Tests;

public class TrialInterruptionsTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 10, 0, 0, TimeSpan.Zero);

    private static readonly Trial Trial = new(
        "sweep_3",
        JobStatus.Completed,
        new Dictionary<string, string>(StringComparer.Ordinal),
        0.5,
        24,
        IsEndedEarly: false,
        null,
        Start,
        Start.AddMinutes(2)
    );

    // Step 1 after a second, and so on; the steps from 10 on are 30 s later.
    private static readonly (long, DateTimeOffset)[] Steps =
    [
        .. Enumerable.Range(1, 20).Select(step => ((long)step, Start.AddSeconds(step < 10 ? step : step + 30))),
    ];

    [Fact]
    public void Complete_AddsTrialAttemptAndTime()
    {
        var found = TrialInterruptions.Complete([new(9, 8, null), new(20, 16, null)], Trial, Steps);

        Assert.Equal(
            [
                new Interruption(9, 8, 31) { Trial = "sweep_3", Attempt = 1 },
                new Interruption(20, 16, null) { Trial = "sweep_3", Attempt = 2 }, // No step follows.
            ],
            found
        );
    }

    [Fact]
    public void Complete_CountsATimeOnce_WhenTwoAttemptsReachedTheSameStep() =>
        Assert.Equal(
            [null, 31],
            TrialInterruptions.Complete([new(9, 8, null), new(9, 0, null)], Trial, Steps).Select(loss => loss.SecondsLost)
        );

    [Fact]
    public void Complete_CountsFromTheStart_WhenNoStepWasDone() =>
        Assert.Equal([40], TrialInterruptions.Complete([new(0, 0, null)], Trial, Steps[9..]).Select(loss => loss.SecondsLost));
}
