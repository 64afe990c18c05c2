using System.Text.Json;
using Experiments.Json;
using Experiments.Plans;
using Images.Inputs;

namespace Build.Docker;

/// <summary>The labels an image carries, and what can be read back from them.</summary>
public static class ImageLabels
{
    /// <summary>Hash of everything that went in.</summary>
    public const string Inputs = "io.model-training.inputs";

    /// <summary>Each input by path with the beginning of its hash, as JSON: so that the next build can say which changed.</summary>
    public const string Files = "io.model-training.files";

    private const string Revision = "org.opencontainers.image.revision";
    private const string Created = "org.opencontainers.image.created";
    private const string BaseDigest = "org.opencontainers.image.base.digest";
    private const int ShownDigits = 12;

    // Linux takes no longer argument than 128 KiB.
    private const int LongestLabel = 100_000;

    /// <param name="inputs">What goes in.</param>
    /// <param name="commit">Commit id; null when it is not known.</param>
    /// <param name="baseDigest">Digest of the base; null when it is not known.</param>
    /// <param name="created">When it is built.</param>
    public static SortedDictionary<string, string> For(ImageInputs inputs, string? commit, string? baseDigest, DateTimeOffset created)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [Inputs] = inputs.Hash,
            [Created] = created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        };
        if (commit is not null)
            labels[Revision] = commit;
        if (baseDigest is not null)
            labels[BaseDigest] = baseDigest;
        var files = JsonSerializer.Serialize(Fingerprints(inputs));
        if (files.Length <= LongestLabel)
            labels[Files] = files;
        return labels;
    }

    /// <summary>Which inputs differ from those of an earlier image.</summary>
    /// <returns>One line each; null when the earlier image does not say what it was made from.</returns>
    public static IReadOnlyList<string>? FindChanges(ImageInputs inputs, IReadOnlyDictionary<string, string> earlierLabels)
    {
        ArgumentNullException.ThrowIfNull(earlierLabels);
        if (!earlierLabels.TryGetValue(Files, out var json))
            return null;
        SortedDictionary<string, string> earlier;
        try
        {
            earlier = JsonSerializer.Deserialize<SortedDictionary<string, string>>(json) ?? [];
        }
        catch (JsonException)
        {
            // Another build wrote it in another form; then what changed is not known.
            return null;
        }

        var now = Fingerprints(inputs);
        return
        [
            .. now.Where(pair => earlier.TryGetValue(pair.Key, out var before) && before != pair.Value)
                .Select(pair => $"changed  {pair.Key}"),
            .. now.Where(pair => !earlier.ContainsKey(pair.Key)).Select(pair => $"added    {pair.Key}"),
            .. earlier.Where(pair => !now.ContainsKey(pair.Key)).Select(pair => $"removed  {pair.Key}"),
        ];
    }

    private static SortedDictionary<string, string> Fingerprints(ImageInputs inputs)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [inputs.Dockerfile.Path] = inputs.Dockerfile.Hash[..ShownDigits],
        };
        foreach (var file in inputs.Files)
            all[file.Path] = file.Hash[..ShownDigits] + (file.Kind == ImageInputKind.File ? "" : $" {file.Kind}");
        // Hashed like the rest: a value is of no use here beyond being the same or not.
        foreach (var (name, value) in inputs.BuildArguments)
            all[$"--build-arg {name}"] = ContentHash.Of(value)[..ShownDigits];
        return all;
    }
}
