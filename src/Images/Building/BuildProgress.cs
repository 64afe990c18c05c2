using System.Globalization;
using System.Text.RegularExpressions;

namespace Build.Docker;

/// <summary>Reads BuildKit's plain progress: which instructions ran, which came from the cache, and how long each took.</summary>
/// <remarks><c>#7 [stage-1 2/3] RUN …</c> names a step; <c>#7 CACHED</c> or <c>#7 DONE 1.2s</c> ends it. Other lines are the step's own output.</remarks>
public sealed partial class BuildProgress
{
    private readonly SortedDictionary<int, BuildStep> steps = [];

    /// <summary>The instructions of the Dockerfile, in the order they began.</summary>
    public IReadOnlyList<BuildStep> Steps => [.. steps.Values];

    /// <summary>Takes one line of the builder's output.</summary>
    public void Read(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (Step().Match(line) is { Success: true } step)
        {
            var number = Number(step);
            if (!steps.ContainsKey(number))
                steps[number] = new BuildStep(
                    step.Groups["place"].Value,
                    step.Groups["instruction"].Value.Trim(),
                    IsCached: false,
                    Seconds: null
                );
        }
        else if (End().Match(line) is { Success: true } end && steps.TryGetValue(Number(end), out var ended))
        {
            steps[Number(end)] = end.Groups["seconds"] is { Success: true } seconds
                ? ended with
                {
                    Seconds = (ended.Seconds ?? 0) + double.Parse(seconds.Value, CultureInfo.InvariantCulture),
                }
                : ended with
                {
                    IsCached = true,
                };
        }
    }

    private static int Number(Match match) => int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);

    // [2/3], [stage-1 2/3], [dependencies 2/2]; not [internal] load …
    [GeneratedRegex(
        @"^#(?<number>\d{1,6}) \[(?<place>([^\]]+ )?\d+/\d+)\] (?<instruction>.+)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Step();

    [GeneratedRegex(
        @"^#(?<number>\d{1,6}) (CACHED|DONE (?<seconds>\d+(\.\d+)?)s)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex End();
}

/// <summary>One instruction of a build.</summary>
/// <param name="Place">Stage and number, as in <c>dependencies 2/2</c>.</param>
/// <param name="Instruction">As it stands in the Dockerfile.</param>
/// <param name="IsCached">Whether its layer was there already.</param>
/// <param name="Seconds">How long it took; null for a cached one.</param>
/// <param name="Bytes">Size of the layer it made, not compressed; null when it is not in the image or not known.</param>
public sealed record BuildStep(string Place, string Instruction, bool IsCached, double? Seconds, long? Bytes = null)
{
    /// <summary>Gives each step the size of the layer that the image's history has for its instruction.</summary>
    /// <param name="steps">Steps, in the order they began.</param>
    /// <param name="history">Instruction and size of every layer, lowest first.</param>
    public static IReadOnlyList<BuildStep> WithSizes(
        IReadOnlyList<BuildStep> steps,
        IReadOnlyList<(string Instruction, long Bytes)> history
    )
    {
        ArgumentNullException.ThrowIfNull(steps);
        var left = history.Select(layer => (Text: Normalize(layer.Instruction), layer.Bytes)).ToList();
        var sized = new List<BuildStep>();
        foreach (var step in steps)
        {
            // The history writes `RUN |1 ARG=value /bin/sh -c command # buildkit` for `RUN command`.
            var words = Normalize(step.Instruction).Split(' ', 2);
            var found =
                words.Length == 2
                    ? left.FindIndex(layer =>
                        layer.Text.StartsWith(words[0], StringComparison.Ordinal) && layer.Text.Contains(words[1], StringComparison.Ordinal)
                    )
                    : -1;
            sized.Add(found < 0 ? step : step with { Bytes = left[found].Bytes });
            if (found >= 0)
                left.RemoveAt(found);
        }

        return sized;
    }

    // Options of an instruction (--mount=…, --from=…) stand in the Dockerfile and not always in the history; spacing differs.
    private static string Normalize(string text) =>
        string.Join(
            ' ',
            text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Where(word =>
                    !word.StartsWith("--mount=", StringComparison.Ordinal)
                    && !word.StartsWith("--from=", StringComparison.Ordinal)
                    && !word.StartsWith("--chown=", StringComparison.Ordinal)
                    && !word.StartsWith("--chmod=", StringComparison.Ordinal)
                )
        );
}
