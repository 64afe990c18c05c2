using Azure;
using Workspaces.DataPlane;
using Workspaces.Errors;

namespace Workspaces.Logs;

/// <summary>How far one log file of a job has been read.</summary>
/// <param name="file">Name in the job's artifacts.</param>
/// <param name="client">Reads it.</param>
internal sealed class LogTail(string file, LogClient client)
{
    /// <summary>First bytes by which a log is known again under another name.</summary>
    private const int HeadLength = 1024;

    // An answer that calls the log shorter may come from a cache; several in a row do not.
    private const int ShorterAnswers = 3;

    private byte[] head = [];
    private byte[] news = [];
    private int shorterAnswers;

    public string File { get; private set; } = file;

    /// <summary>Bytes read and kept.</summary>
    public long Offset { get; private set; }

    /// <summary>Reads in a row that failed.</summary>
    public int Faults { get; private set; }

    /// <summary>What the last read met; null when it went well.</summary>
    public Exception? LastFault { get; private set; }

    /// <summary>Whether the log may be another one by now.</summary>
    public bool IsDoubtful => shorterAnswers > 0;

    /// <summary>Whether the log was begun anew.</summary>
    public bool IsReplaced => shorterAnswers >= ShorterAnswers;

    /// <summary>Reads the next part, to be kept before the next one.</summary>
    /// <returns>The end it came to, and whether bytes came; no end when the read failed.</returns>
    public async Task<(LogEnd? End, bool News)> ReadAsync(Uri url, CancellationToken cancellationToken)
    {
        using var part = new MemoryStream();
        LogEnd? end = null;
        try
        {
            end = await client.ReadAsync(url, Offset, LogClient.PartLength, part, cancellationToken);
            (Faults, LastFault) = (0, null);
            shorterAnswers = end == LogEnd.Shorter ? shorterAnswers + 1 : 0;
        }
        catch (Exception error) when (IsFault(error, cancellationToken))
        {
            Faults++;
            LastFault = error;
        }

        news = part.ToArray();
        return (end, news.Length > 0);
    }

    /// <summary>Takes what the last read brought, also what came before its connection broke: the next read begins after it.</summary>
    public void Keep(LogLines lines, Action<string> add)
    {
        head = [.. head, .. news.Take(HeadLength - head.Length)];
        lines.Append(news, add);
        Offset += news.Length;
        news = [];
    }

    /// <summary>Whether the file at <paramref name="url"/> begins as this one did; null when it could not be read.</summary>
    public async Task<bool?> BeginsLikeAsync(Uri url, CancellationToken cancellationToken)
    {
        if (head.Length == 0)
        {
            return true; // nothing was kept that could be lost or doubled
        }

        using var other = new MemoryStream();
        try
        {
            await client.ReadAsync(url, 0, head.Length, other, cancellationToken);
            (Faults, LastFault) = (0, null);
            return other.ToArray().AsSpan().SequenceEqual(head);
        }
        catch (Exception error) when (IsFault(error, cancellationToken))
        {
            Faults++;
            LastFault = error;
            return null;
        }
    }

    /// <summary>The file has another name now, and ends where it was renamed.</summary>
    public LogTail Renamed(string name)
    {
        news = []; // of which file, nobody knows
        File = name;
        shorterAnswers = 0;
        return this;
    }

    private static bool IsFault(Exception error, CancellationToken cancellationToken) =>
        error is RequestFailedException || ServiceErrors.IsTransient(error, cancellationToken);
}
