using Azure;

namespace Workspaces;

/// <summary>How far one log of a job has been read, and the lines that came.</summary>
internal sealed class LogTail(string file, LogClient client)
{
    private readonly List<string> lines = [];
    private LogLines splitter = new();

    public string File { get; } = file;

    /// <summary>Bytes read so far.</summary>
    public long Offset { get; private set; }

    /// <summary>Reads in a row that did not reach the log's end.</summary>
    public int Faults { get; private set; }

    /// <summary>What the last read met; null when it went well.</summary>
    public Exception? LastFault { get; private set; }

    /// <summary>Reads the next part.</summary>
    /// <returns>True when there may be more to read at once.</returns>
    public async Task<bool> ReadAsync(Uri url, CancellationToken cancellationToken)
    {
        using var part = new MemoryStream();
        try
        {
            var more = await client.ReadAsync(url, Offset, part, cancellationToken);
            (Faults, LastFault) = (0, null);
            return more && part.Length > 0;
        }
        catch (LogReplacedException)
        {
            splitter.Finish(lines.Add);
            splitter = new LogLines();
            part.SetLength(0);
            Offset = 0;
            return true;
        }
        catch (Exception error) when (error is RequestFailedException || ServiceErrors.IsTransient(error, cancellationToken))
        {
            Faults++;
            LastFault = error;
            return false;
        }
        finally
        {
            // Also what came before the connection broke: the next read begins after it.
            Offset += part.Length;
            splitter.Append(part.GetBuffer().AsSpan(0, (int)part.Length), lines.Add);
        }
    }

    /// <summary>The lines that have come since the last call.</summary>
    public IReadOnlyList<string> TakeLines()
    {
        string[] taken = [.. lines];
        lines.Clear();
        return taken;
    }

    /// <summary>No more will be read: the last line is one even without its end.</summary>
    public void Finish() => splitter.Finish(lines.Add);
}
