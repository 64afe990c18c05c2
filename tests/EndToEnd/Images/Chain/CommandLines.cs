using Fixtures.Checkouts;

namespace EndToEnd.Images.Chain;

/// <summary>Collects the command lines in the process list, which every user of the machine can read.</summary>
internal static class CommandLines
{
    /// <summary>Reads the processes of the machine every 5 ms until the run ends.</summary>
    /// <returns>The distinct command lines, arguments separated by spaces.</returns>
    public static async Task<IReadOnlySet<string>> WatchAsync(HostRun run)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var ended = run.EndAsync();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!ended.IsCompleted && await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken))
        {
            foreach (var process in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
            {
                try
                {
                    seen.Add(File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' '));
                }
                catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
                {
                    // The process ended between the listing and the read.
                    continue;
                }
            }
        }

        await ended;
        return seen;
    }
}
