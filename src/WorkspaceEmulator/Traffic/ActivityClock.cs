namespace WorkspaceEmulator.Traffic;

/// <summary>Records when the emulator was last used. Requests of its pages or status do not count.</summary>
internal sealed class ActivityClock(TimeProvider time)
{
    private long lastUse = time.GetTimestamp();

    public TimeSpan Idle => time.GetElapsedTime(Interlocked.Read(ref lastUse));

    public void Touch() => Interlocked.Exchange(ref lastUse, time.GetTimestamp());

    public void Touch(PathString path)
    {
        var isWatching = path == "/" || path.StartsWithSegments("/studio", StringComparison.Ordinal) || path == "/emulator/status";
        if (!isWatching)
            Touch();
    }
}
