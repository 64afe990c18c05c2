using System.Text;
using Workspaces.Jobs;

namespace Build.Sessions.Jobs;

/// <summary>What a failed job said at its end: its last error, else its last line. The service knows only the exit code.</summary>
internal sealed class LastWords
{
    private const int LongestLine = 500; // characters
    private const int LongestEnd = 64 * 1024; // bytes of a log
    private const string Error = "error: "; // how the trainer begins its last line

    private string? last;
    private string? error;

    /// <summary>Takes the next line of a log.</summary>
    public void Add(string line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        last = line;
        if (line.StartsWith(Error, StringComparison.Ordinal))
            error = line;
    }

    /// <summary>Returns the reason of a failure with these words after it.</summary>
    public string? AddTo(string? reason)
    {
        var words = (error ?? last)?.Trim();
        if (words is { Length: > LongestLine })
            words = $"{words[..(char.IsHighSurrogate(words[LongestLine - 1]) ? LongestLine - 1 : LongestLine)]}…";
        return words is null ? reason : $"{reason} Its log ends with: {words}".TrimStart();
    }

    /// <summary>
    /// Reads the ends of the downloaded logs of a job. Several processes have several logs, and an error in any of them counts. A log that
    /// cannot be read is left out.
    /// </summary>
    public static LastWords Read(ArtifactDownload download)
    {
        var words = new LastWords();
        // The first process and the last attempt come last, and their words count.
        foreach (var log in download.Files.Where(file => file.IsLog).OrderByDescending(file => file.Path, StringComparer.Ordinal))
        {
            try
            {
                foreach (var line in ReadEnd(log.File).Split('\n', '\r'))
                    words.Add(line);
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                // The service's reason is there.
            }
        }

        return words;
    }

    private static string ReadEnd(string path)
    {
        using var file = File.OpenRead(path);
        file.Seek(Math.Max(0, file.Length - LongestEnd), SeekOrigin.Begin);
        var end = new byte[file.Length - file.Position];
        return Encoding.UTF8.GetString(end, 0, file.ReadAtLeast(end, end.Length, throwOnEndOfStream: false));
    }
}
