namespace Fixtures;

/// <summary>The clock of this machine, which a test moves on; timers that come due by that fire.</summary>
public sealed class JumpingTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<JumpingTimer> timers = [];
    private TimeSpan ahead;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
            return System.GetUtcNow() + ahead;
    }

    /// <summary>Moves the clock to a moment that lies ahead.</summary>
    public void MoveTo(DateTimeOffset moment)
    {
        JumpingTimer[] all;
        lock (gate)
        {
            ahead = moment - System.GetUtcNow();
            all = [.. timers];
        }

        foreach (var timer in all)
            timer.Restart();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new JumpingTimer(this, callback, state);
        lock (gate)
            timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class JumpingTimer : ITimer
    {
        private readonly JumpingTime time;
        private readonly ITimer timer;
        private DateTimeOffset? due;

        public JumpingTimer(JumpingTime time, TimerCallback callback, object? state)
        {
            this.time = time;
            timer = System.CreateTimer(
                given =>
                {
                    due = null;
                    callback(given);
                },
                state,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan
            );
        }

        public void Restart()
        {
            if (due is { } moment)
                timer.Change(moment > time.GetUtcNow() ? moment - time.GetUtcNow() : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            due = dueTime < TimeSpan.Zero ? null : time.GetUtcNow() + dueTime;
            return timer.Change(dueTime, period);
        }

        public void Dispose()
        {
            lock (time.gate)
                time.timers.Remove(this);
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
