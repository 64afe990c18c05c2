namespace WorkspaceEmulator.Execution;

/// <summary>Calls an action at a moment, however far away: a timer of .NET waits for 49 days at most.</summary>
internal sealed class Deadline : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private readonly DateTimeOffset moment;
    private readonly Action reached;
    private readonly TimeProvider time;
    private readonly ITimer timer;

    public Deadline(DateTimeOffset moment, Action reached, TimeProvider time)
    {
        (this.moment, this.reached, this.time) = (moment, reached, time);
        timer = time.CreateTimer(_ => Check(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Check();
    }

    public ValueTask DisposeAsync() => timer.DisposeAsync();

    private void Check()
    {
        var left = moment - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
            reached();
        else
            timer.Change(left < LongestWait ? left + TimeSpan.FromMilliseconds(1) : LongestWait, Timeout.InfiniteTimeSpan);
    }
}
