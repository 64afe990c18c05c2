namespace WorkspaceEmulator.Traffic;

/// <summary>Remembers when the emulator was last used. Looking at its page or status is no use of it.</summary>
internal sealed class ActivityClock(TimeProvider time)
{
    private long lastUse = time.GetTimestamp();

    public TimeSpan Idle => time.GetElapsedTime(Interlocked.Read(ref lastUse));

    public void Touch() => Interlocked.Exchange(ref lastUse, time.GetTimestamp());

    public void Touch(PathString path)
    {
        if (path != "/" && !path.StartsWithSegments("/page", StringComparison.Ordinal) && path != "/emulator/status")
            Touch();
    }
}
