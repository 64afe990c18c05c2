using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace EndToEnd.Resilience;

/// <summary>
/// Whatever goes wrong in between, a job arrives once, its log is received whole and in order, and its outcome is the exit code. Each seed is a real job on a
/// real emulator with a fault script of its own; <c>RESILIENCE_SEED=N</c> runs one alone.
/// </summary>
public class FaultScriptTests
{
    private const int Seeds = 200;

    // Every so many seeds one is run as a whole process of the host, with its exit code.
    private const int HostEvery = 10;
    private const int Lanes = 4;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Train_GetsTheWholeLogOnce_TheOutcome_AndOneJob_WhateverGoesWrong()
    {
        var seeds = Environment.GetEnvironmentVariable("RESILIENCE_SEED") is { Length: > 0 } one
            ? [int.Parse(one, CultureInfo.InvariantCulture)]
            : Enumerable.Range(1, Seeds);
        var waiting = new ConcurrentQueue<int>(seeds);
        var failures = new ConcurrentBag<string>();

        await Task.WhenAll(
            Enumerable
                .Range(0, Math.Min(Lanes, waiting.Count))
                .Select(async _ =>
                {
                    await using var lane = await Lane.OpenAsync(Stop);
                    while (waiting.TryDequeue(out var seed))
                    {
                        if (await CheckAsync(lane, seed) is { } failure)
                        {
                            failures.Add(failure);
                        }
                    }
                })
        );

        Assert.True(failures.IsEmpty, $"{failures.Count} seeds failed:\n{string.Join("\n\n", failures)}");
    }

    private static async Task<string?> CheckAsync(Lane lane, int number)
    {
        var seed = new SeedCase(number);
        var notes = "";
        string? fault;
        try
        {
            var result = await (number % HostEvery == 0 ? lane.RunHostAsync(seed, Stop) : lane.RunAsync(seed, Stop));
            notes = result.Notes;
            fault = FaultOf(seed, result);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            fault = error.ToString();
        }

        return fault is null ? null : $"RESILIENCE_SEED={number}: {fault}\n{seed.Script}\n{seed.Command}\n{notes}";
    }

    /// <returns>What is not as it must be; null when all is.</returns>
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

        // A wait for the next node that is over before anybody looks leaves no sign that a line was cut there.
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
        return $"{result.Lines.Count} lines were received, {apart.Length} were written; the first that differs is {at}: \"{Shorten(result.Lines.ElementAtOrDefault(at))}\" in place of \"{Shorten(apart.ElementAtOrDefault(at))}\"";
    }

    private static string Shorten(string? line) =>
        line is null ? "(none)"
        : line.Length > 60 ? $"{line[..60]}… ({line.Length})"
        : line;
}
