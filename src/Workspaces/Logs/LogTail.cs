using System.Buffers;
using Azure;
using Workspaces.DataPlane;
using Workspaces.Errors;

namespace Workspaces.Logs;

/// <summary>Reads one log file of a job incrementally.</summary>
/// <param name="file">Name in the job's artifacts.</param>
/// <param name="client">Reads the file.</param>
internal sealed class LogTail(string file, LogClient client)
{
    /// <summary>Number of first bytes by which a renamed log is recognised.</summary>
    private const int HeadLength = 1024;

    // A response with a shorter log may come from a cache. Several in a row do not.
    private const int ShorterResponses = 3;

    private byte[] head = [];

    // The bytes of the last read. Its memory is kept: a new one of this size for each read costs more than all that is done with it.
    private readonly ArrayBufferWriter<byte> pending = new();
    private int shorterResponses;

    /// <summary>Gets the name in the job's artifacts.</summary>
    public string File { get; private set; } = file;

    /// <summary>Gets the number of committed bytes.</summary>
    public long Offset { get; private set; }

    /// <summary>Gets the number of consecutive failed reads.</summary>
    public int Faults { get; private set; }

    /// <summary>Gets the error of the last read; null when it succeeded.</summary>
    public Exception? LastFault { get; private set; }

    /// <summary>Gets whether another log may have replaced this one.</summary>
    public bool MayBeReplaced => shorterResponses > 0;

    /// <summary>Gets whether another log has replaced this one.</summary>
    public bool IsReplaced => shorterResponses >= ShorterResponses;

    /// <summary>Reads the next part, to be committed before the next read.</summary>
    /// <returns>The end of the read, and whether bytes arrived; no end when the read failed.</returns>
    public async Task<(LogEnd? End, bool HasNewBytes)> ReadAsync(Uri url, CancellationToken cancellationToken)
    {
        pending.ResetWrittenCount();
        LogEnd? end = null;
        try
        {
            end = await client.ReadAsync(url, Offset, LogClient.PartLength, pending, cancellationToken);
            (Faults, LastFault) = (0, null);
            shorterResponses = end == LogEnd.Shorter ? shorterResponses + 1 : 0;
        }
        catch (Exception error) when (IsFault(error, cancellationToken))
        {
            Faults++;
            LastFault = error;
        }

        return (end, pending.WrittenCount > 0);
    }

    /// <summary>Commits the bytes of the last read, including those before a broken connection. The next read begins after them.</summary>
    public void Commit(LogLines lines, Action<string> add)
    {
        var bytes = pending.WrittenSpan;
        if (head.Length < HeadLength)
            head = [.. head, .. bytes[..Math.Min(bytes.Length, HeadLength - head.Length)]];
        lines.Append(bytes, add);
        Offset += bytes.Length;
        pending.ResetWrittenCount();
    }

    /// <summary>Returns whether the file at <paramref name="url"/> has the same first bytes; null when it could not be read.</summary>
    public async Task<bool?> BeginsLikeAsync(Uri url, CancellationToken cancellationToken)
    {
        if (head.Length == 0)
        {
            return true; // nothing was committed that could be lost or repeated
        }

        var other = new ArrayBufferWriter<byte>(head.Length);
        try
        {
            await client.ReadAsync(url, 0, head.Length, other, cancellationToken);
            (Faults, LastFault) = (0, null);
            return other.WrittenSpan.SequenceEqual(head);
        }
        catch (Exception error) when (IsFault(error, cancellationToken))
        {
            Faults++;
            LastFault = error;
            return null;
        }
    }

    /// <summary>Returns this file under its new name after a rotation.</summary>
    public LogTail Renamed(string name)
    {
        pending.ResetWrittenCount(); // these bytes may belong to either file
        File = name;
        shorterResponses = 0;
        return this;
    }

    private static bool IsFault(Exception error, CancellationToken cancellationToken) =>
        error is RequestFailedException || ServiceErrors.IsTransient(error, cancellationToken);
}
