using System.Globalization;
using Experiments.Json;
using Experiments.Plans.Images;
using Images.Inputs;

namespace Images.Building;

/// <summary>Creates the labels of an image, and compares inputs with the labels of an earlier image.</summary>
public static class ImageLabels
{
    /// <summary>Label with the hash of all inputs.</summary>
    public const string Inputs = "io.model-training.inputs";

    /// <summary>
    /// Label with the first digits of each input's hash by path, from which the next build sees what changed: <c>path=hash</c>, separated
    /// by semicolons. Other characters are percent-encoded, because a quotation mark or a backslash can get lost on a command line.
    /// </summary>
    public const string Files = "io.model-training.files";

    private const string Revision = "org.opencontainers.image.revision";
    private const string Created = "org.opencontainers.image.created";
    private const string BaseDigest = "org.opencontainers.image.base.digest";
    private const int ShownDigits = 12;

    // In characters. Linux limits an argument to 128 KiB.
    private const int LongestLabel = 100_000;

    /// <summary>Creates the labels of an image.</summary>
    /// <param name="inputs">The inputs of the image.</param>
    /// <param name="commit">Commit id; null when it is unknown.</param>
    /// <param name="baseDigest">Digest of the base; null when it is unknown.</param>
    /// <param name="created">Time of the build.</param>
    public static SortedDictionary<string, string> For(ImageInputs inputs, string? commit, string? baseDigest, DateTimeOffset created)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [Inputs] = inputs.Hash,
            [Created] = created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        };
        if (commit is not null)
            labels[Revision] = commit;
        if (baseDigest is not null)
            labels[BaseDigest] = baseDigest;
        var files = Write(Fingerprints(inputs));
        if (files.Length <= LongestLabel)
            labels[Files] = files;
        return labels;
    }

    /// <summary>Returns the labels that an image must have to be the image of a plan.</summary>
    /// <param name="build">The build of the image in the plan.</param>
    /// <param name="baseDigest">Digest of the base; null when the Dockerfile names the base by a tag, which may have moved.</param>
    public static IReadOnlyDictionary<string, string> Expected(ImageBuildPlan build, string? baseDigest)
    {
        ArgumentNullException.ThrowIfNull(build);
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal) { [Inputs] = build.InputsHash };
        if (baseDigest is not null)
            labels[BaseDigest] = baseDigest;
        return labels;
    }

    /// <summary>Compares the inputs with those of an earlier image.</summary>
    /// <param name="inputs">The inputs now.</param>
    /// <param name="earlierLabels">Labels of the earlier image by name.</param>
    /// <returns>One line per difference; null when the earlier image does not name its inputs.</returns>
    public static IReadOnlyList<string>? FindChanges(ImageInputs inputs, IReadOnlyDictionary<string, string> earlierLabels)
    {
        ArgumentNullException.ThrowIfNull(earlierLabels);
        // Another build may have written the label in another form; then the differences are unknown.
        if (!earlierLabels.TryGetValue(Files, out var files) || Read(files) is not { } earlier)
            return null;
        var now = Fingerprints(inputs);
        return
        [
            .. now.Where(pair => earlier.TryGetValue(pair.Key, out var before) && before != pair.Value)
                .Select(pair => $"changed  {pair.Key}"),
            .. now.Where(pair => !earlier.ContainsKey(pair.Key)).Select(pair => $"added    {pair.Key}"),
            .. earlier.Where(pair => !now.ContainsKey(pair.Key)).Select(pair => $"removed  {pair.Key}"),
        ];
    }

    private static string Write(SortedDictionary<string, string> fingerprints) =>
        string.Join(';', fingerprints.Select(pair => $"{Encode(pair.Key)}={Encode(pair.Value)}"));

    private static string Encode(string text) => string.Join('/', text.Split('/').Select(Uri.EscapeDataString));

    private static SortedDictionary<string, string>? Read(string label)
    {
        var fingerprints = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in label.Split(';'))
        {
            if (entry.Split('=') is not [{ Length: > 0 } path, { Length: > 0 } hash])
                return null;
            fingerprints[Uri.UnescapeDataString(path)] = Uri.UnescapeDataString(hash);
        }

        return fingerprints;
    }

    private static SortedDictionary<string, string> Fingerprints(ImageInputs inputs)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [inputs.Dockerfile.Path] = inputs.Dockerfile.Hash[..ShownDigits],
        };
        foreach (var file in inputs.Files)
            all[file.Path] = file.Hash[..ShownDigits] + (file.Kind == ImageInputKind.File ? "" : $" {file.Kind}");
        // Hashed like the rest, because only equality matters.
        foreach (var (name, value) in inputs.BuildArguments)
            all[$"--build-arg {name}"] = ContentHash.Of(value)[..ShownDigits];
        return all;
    }
}
