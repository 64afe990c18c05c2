using System.Buffers.Binary;

namespace WorkspaceEmulator.Containers;

/// <summary>
/// The log of a container without a terminal: frames of one byte for the stream (1 output, 2 errors), three of padding, four of length
/// (big-endian), and the bytes.
/// </summary>
internal static class LogFrames
{
    private const int HeaderLength = 8;

    /// <summary>Writes the bytes of both streams in the order they come, each frame as soon as it is there.</summary>
    /// <exception cref="EndOfStreamException">The log breaks off in the middle of a frame.</exception>
    public static async Task CopyAsync(Stream frames, Stream log, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderLength];
        var buffer = new byte[64 * 1024];
        while (await frames.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellationToken) is var read and > 0)
        {
            if (read < HeaderLength)
                throw new EndOfStreamException("The log broke off.");
            for (var left = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4)); left > 0; )
            {
                var part = buffer.AsMemory(0, (int)Math.Min(left, (uint)buffer.Length));
                await frames.ReadExactlyAsync(part, cancellationToken);
                await log.WriteAsync(part, cancellationToken);
                left -= (uint)part.Length;
            }

            await log.FlushAsync(cancellationToken);
        }
    }
}
