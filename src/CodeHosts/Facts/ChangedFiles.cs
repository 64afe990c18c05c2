namespace CodeHosts.Facts;

/// <summary>The files that a pull request changes.</summary>
/// <param name="Files">The files.</param>
/// <param name="IsComplete">Whether the host listed all of them: GitHub lists at most 3000.</param>
public sealed record ChangedFiles(IReadOnlyList<ChangedFile> Files, bool IsComplete = true)
{
    /// <summary>The folder of the experiments.</summary>
    public const string ExperimentFolder = "exp_configs/";

    /// <summary>An empty list, for when the files are unknown.</summary>
    public static ChangedFiles None { get; } = new([]);

    /// <summary>The experiments that exist after the change and are new or different.</summary>
    public IReadOnlyList<string> Experiments =>
        [.. Files.Where(file => !file.IsRemoved && IsExperiment(file.Path)).Select(file => file.Path).Order(StringComparer.Ordinal)];

    /// <summary>Returns why the pull request needs no image; null when it needs one.</summary>
    public string? WhyNoImage =>
        IsComplete && Files.Count > 0 && Files.All(file => IsDocumentation(file.Path) && IsDocumentation(file.FormerPath ?? file.Path))
            ? $"only documentation changes ({Files.Count} {(Files.Count == 1 ? "file" : "files")}), and the image holds none of it"
            : null;

    /// <summary>Returns whether a path is an experiment: a JSON file below <c>exp_configs/</c>, the schema excepted.</summary>
    public static bool IsExperiment(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ExperimentPath.FindFault(path) is null;
    }

    // What the image holds is under src/ and docker/, Markdown there included.
    private static bool IsDocumentation(string path) =>
        path.StartsWith("docs/", StringComparison.Ordinal)
        || (
            (path.EndsWith(".md", StringComparison.OrdinalIgnoreCase) || path is "LICENSE")
            && !path.StartsWith("src/", StringComparison.Ordinal)
            && !path.StartsWith("docker/", StringComparison.Ordinal)
        );
}
