namespace Fixtures.Checkouts;

/// <summary>The trainers that run for a checkout, found by their command line and environment.</summary>
public static class TrainerProcesses
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <returns>Their process ids.</returns>
    public static IReadOnlyList<int> Find(Checkout checkout) =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(Path.GetFileName)
                .Where(name => int.TryParse(name, out _))
                .Select(name => int.Parse(name!))
                .Where(id =>
                    Read(id, "cmdline").Contains("detection\0train", StringComparison.Ordinal)
                    && Read(id, "environ").Contains(checkout.Root, StringComparison.Ordinal)
                ),
        ];

    /// <summary>Waits until a condition holds; polls often, since no event reports it.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            while (!holds())
                await timer.WaitForNextTickAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{what}: not within {Deadline}.");
        }
    }

    private static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It ended between the listing and the read, or belongs to another user.
            return "";
        }
    }
}
