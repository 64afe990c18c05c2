using System.Text;
using Fixtures;

namespace EndToEnd.Resilience;

/// <summary>
/// Whatever fails on the way, a job is submitted once, its log is received whole and in order, and its outcome is the exit code. Each seed
/// is a real job on a real emulator with its own fault script; <c>SEED=N</c> runs one alone.
/// </summary>
/// <remarks>The seeds are divided among a few classes, which xunit runs concurrently, each on its own emulator.</remarks>
public abstract class FaultScriptTests(FaultyEmulator emulator)
{
    // One seed of so many runs as a whole process of the host, with its exit code.
    private const int HostEvery = 10;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected async Task CheckAsync(int number)
    {
        var seed = new SeedCase(number);
        var result = await (number % HostEvery == 0 ? emulator.RunHostAsync(seed, Stop) : emulator.RunAsync(seed, Stop));
        var fault = FaultOf(seed, result);
        Assert.True(fault is null, $"SEED={number}: {fault}\n{seed.Script}\n{seed.Command}\n{result.Notes}");
    }

    /// <summary>The seeds of one class: every fourth one.</summary>
    protected static TheoryData<int> SeedsOf(int remainder) =>
        [.. Seeds.Of(perChange: 12, perNight: 200).Where(seed => seed % 4 == remainder)];

    /// <returns>The fault of the result, or null.</returns>
    private static string? FaultOf(SeedCase seed, SeedResult result)
    {
        if (!result.Jobs.SequenceEqual([seed.Name], StringComparer.Ordinal))
        {
            return $"the jobs are [{string.Join(", ", result.Jobs)}]; there must be one, {seed.Name}";
        }

        if (result.Succeeded != (seed.ExitCode == 0))
        {
            return $"the run {(result.Succeeded ? "succeeded" : "failed")}; the job's exit code is {seed.ExitCode}";
        }

        // An attempt whose node was taken away wrote the beginning of the log; the last one wrote all of it.
        var log = seed.Log.Bytes;
        var lost = result.Written.Length - log.Length;
        if (
            lost < 0
            || lost > log.Length
            || (!seed.IsPreempted && lost > 0)
            || !result.Written.AsSpan(lost).SequenceEqual(log)
            || !result.Written.AsSpan(0, lost).SequenceEqual(log.AsSpan(0, lost))
        )
        {
            return $"the emulator kept {result.Written.Length} bytes of log that are not what the job wrote ({log.Length} bytes)";
        }

        var (whole, beginning) = seed.Log.LinesOf(lost);
        string[] apart =
        [
            .. whole,
            .. beginning.Length > 0 ? [Encoding.UTF8.GetString(beginning)] : Array.Empty<string>(),
            .. seed.Log.Lines,
        ];
        if (result.Lines.SequenceEqual(apart, StringComparer.Ordinal))
        {
            return null;
        }

        // When the wait for the next node ends between two reads, nothing shows that a line was cut there.
        string[] joined =
        [
            .. whole,
            Encoding.UTF8.GetString([.. beginning, .. Encoding.UTF8.GetBytes(seed.Log.Lines.First())]),
            .. seed.Log.Lines.Skip(1),
        ];
        if (beginning.Length > 0 && result.Lines.SequenceEqual(joined, StringComparer.Ordinal))
        {
            return null;
        }

        var at = apart.Zip(result.Lines).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"{result.Lines.Count} lines were received, {apart.Length} were written; the first that differs is {at}: "
            + $"\"{Shorten(result.Lines.ElementAtOrDefault(at))}\" in place of \"{Shorten(apart.ElementAtOrDefault(at))}\"";
    }

    private static string Shorten(string? line) =>
        line is null ? "(none)"
        : line.Length > 60 ? $"{line[..60]}… ({line.Length})"
        : line;
}
