namespace Studio.Logs;

/// <summary>Holds a part of a log.</summary>
/// <param name="Offset">Place of the first byte.</param>
/// <param name="Content">The bytes as they are, which may begin and end within a character.</param>
/// <param name="Bytes">Size of the log when it was read.</param>
public sealed record LogWindow(long Offset, ReadOnlyMemory<byte> Content, long Bytes)
{
    /// <summary>The most bytes of a window.</summary>
    public const int Longest = 1024 * 1024;

    /// <summary>Reads a window.</summary>
    /// <param name="log">The log, which can seek.</param>
    /// <param name="offset">Place of the first byte; negative ones count from the end. It is moved into the log.</param>
    /// <param name="length">Bytes to read, at most <see cref="Longest"/>; less where the log ends.</param>
    public static LogWindow Read(Stream log, long offset, long length)
    {
        ArgumentNullException.ThrowIfNull(log);
        var size = log.Length;
        var start = offset < 0 ? Math.Max(size + offset, 0) : Math.Min(offset, size);
        var content = new byte[Math.Clamp(length, 0, Math.Min(Longest, size - start))];
        log.Position = start;
        var count = log.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return new(start, content.AsMemory(0, count), size);
    }
}
