namespace Workspaces.Http;

/// <summary>Delays between the polls of one operation, which double from a shortest to a longest one.</summary>
internal sealed class Backoff
{
    private readonly TimeSpan shortest;
    private readonly TimeSpan longest;

    /// <param name="shortest">First delay; above 0.</param>
    /// <param name="longest">Upper limit of the delays after the first.</param>
    public Backoff(TimeSpan shortest, TimeSpan longest)
    {
        (this.shortest, this.longest) = (shortest, longest);
        Next = shortest;
    }

    /// <summary>Gets the next delay.</summary>
    public TimeSpan Next { get; private set; }

    /// <summary>Returns the next delay and doubles the one after it.</summary>
    public TimeSpan Advance()
    {
        var delay = Next;
        Next = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, longest.Ticks));
        return delay;
    }

    /// <summary>Sets the next delay to the shortest one.</summary>
    public void Reset() => Next = shortest;
}
