using WorkspaceEmulator.Files;

namespace WorkspaceEmulator.Containers;

/// <summary>Writes what follows a number of bytes, which are in the log already.</summary>
/// <param name="log">The log.</param>
/// <param name="skipped">The number of bytes that are left out.</param>
internal sealed class RestOfLog(Stream log, long skipped) : WriteStream
{
    private long left = skipped;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var known = (int)Math.Min(left, buffer.Length);
        left -= known;
        if (known < buffer.Length)
            log.Write(buffer[known..]);
    }
}
