using System.Globalization;
using System.Text.RegularExpressions;

namespace Images.Building;

/// <summary>Reads BuildKit's plain progress: which instructions ran, which came from the cache, and how long each took.</summary>
/// <remarks>
/// <c>#7 [stage-1 2/3] RUN …</c> names a step; <c>#7 CACHED</c> or <c>#7 DONE 1.2s</c> ends it. Other lines are the output of the step.
/// </remarks>
public sealed partial class BuildProgress
{
    private readonly SortedDictionary<int, BuildStep> steps = [];

    /// <summary>The instructions of the Dockerfile, in the order they began.</summary>
    public IReadOnlyList<BuildStep> Steps => [.. steps.Values];

    /// <summary>Reads one line of the builder's output.</summary>
    public void Read(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (Step().Match(line) is { Success: true } step)
        {
            var instruction = step.Groups["instruction"].Value.Trim();
            steps.TryAdd(Number(step), new BuildStep(step.Groups["place"].Value, instruction, IsCached: false, Seconds: null));
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
