namespace Images.Building;

/// <summary>Describes one instruction of a build.</summary>
/// <param name="Place">Stage and number, as in <c>dependencies 2/2</c>.</param>
/// <param name="Instruction">The text in the Dockerfile.</param>
/// <param name="IsCached">Whether its layer came from a cache.</param>
/// <param name="Seconds">Duration in seconds; null for a cached one.</param>
/// <param name="Bytes">Uncompressed size of its layer; null when it is unknown or the layer is not in the image.</param>
public sealed record BuildStep(string Place, string Instruction, bool IsCached, double? Seconds, long? Bytes = null)
{
    // The builder's history has these options of an instruction only sometimes.
    private static readonly string[] Options = ["--mount=", "--from=", "--chown=", "--chmod="];

    /// <summary>Adds to each step the size of the layer that the image's history has for its instruction.</summary>
    /// <param name="steps">Steps, in the order they began.</param>
    /// <param name="history">Instruction and size in bytes of every layer, lowest first.</param>
    public static IReadOnlyList<BuildStep> WithSizes(
        IReadOnlyList<BuildStep> steps,
        IReadOnlyList<(string Instruction, long Bytes)> history
    )
    {
        ArgumentNullException.ThrowIfNull(steps);
        var layers = history.Select(layer => (Text: Normalize(layer.Instruction), layer.Bytes)).ToList();
        var sized = new List<BuildStep>();
        foreach (var step in steps)
        {
            // The history writes `RUN |1 ARG=value /bin/sh -c command # buildkit` for `RUN command`.
            var words = Normalize(step.Instruction).Split(' ', 2);
            var found =
                words.Length == 2
                    ? layers.FindIndex(layer =>
                        layer.Text.StartsWith(words[0], StringComparison.Ordinal) && layer.Text.Contains(words[1], StringComparison.Ordinal)
                    )
                    : -1;
            sized.Add(found < 0 ? step : step with { Bytes = layers[found].Bytes });
            if (found >= 0)
                layers.RemoveAt(found);
        }

        return sized;
    }

    // The spacing differs too.
    private static string Normalize(string text) =>
        string.Join(
            ' ',
            text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Where(word => !Options.Any(option => word.StartsWith(option, StringComparison.Ordinal)))
        );
}
