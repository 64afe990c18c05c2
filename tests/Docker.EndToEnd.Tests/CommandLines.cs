using Fixtures.Checkouts;

namespace Docker.EndToEnd.Tests;

/// <summary>What anybody on the machine can see of a run: the command lines in its process list.</summary>
internal static class CommandLines
{
    /// <summary>Looks at every process of the machine, again and again, until the run ends.</summary>
    /// <returns>Each command line once, its arguments separated by spaces.</returns>
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
                    // It ended between the listing and the look.
                    continue;
                }
            }
        }

        await ended;
        return seen;
    }
}
