using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Experiments.Json;
using Reports.Building;
using Workspaces.Models;

namespace Build.Sessions.Models;

/// <summary>The tags of a registered model: what its passport and its metrics say.</summary>
/// <remarks>
/// The files of a job say what the job likes. A tag is one short line without control characters, and none holds a secret.
/// </remarks>
internal static partial class ModelTags
{
    private const int LongestValue = 256;
    private const int MostMetrics = 30;

    // Tags by the path of the passport. Those of the job have the same names.
    private static readonly (string Tag, string[] Path)[] OfPassport =
    [
        ("plan", ["plan"]),
        ("image", ["image", "reference"]),
        ("code", ["codeHash"]),
        ("git_commit", ["git", "commit"]),
        ("git_branch", ["git", "branch"]),
        ("git_dirty", ["git", "isDirty"]),
        ("experiment_hash", ["experimentHash"]),
        ("dataset_hash", ["datasetHash"]),
        ("train_set", ["trainCsv"]),
        ("test_set", ["testCsv"]),
        ("seed", ["seed"]),
        ("model_training", ["versions", "modelTraining"]),
        ("python", ["versions", "python"]),
        ("torch", ["versions", "torch"]),
        ("torchvision", ["versions", "torchvision"]),
    ];

    /// <summary>Returns the tags.</summary>
    /// <param name="run">The run, with its passport and its exp_config.</param>
    /// <param name="metrics">Its metrics by name.</param>
    public static IReadOnlyDictionary<string, string> Of(RunFacts run, IReadOnlyDictionary<string, double> metrics)
    {
        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["job"] = run.Job,
            ["experiment"] = Line(run.Experiment),
        };
        foreach (var (tag, path) in OfPassport)
            Add(tags, tag, Find(run.Artifacts.Passport, path));
        Add(tags, "base_model", run.Setting("MODEL_PARAMS", "BASE_MODEL"));
        Add(tags, "steps", run.Setting("RUN_PARAMS", "STEPS"));
        // The tag of the stage is Promote's; a metric cannot have its name.
        foreach (var (name, value) in Evaluated(metrics).Take(MostMetrics))
            tags[name] = value.ToString("0.######", CultureInfo.InvariantCulture);
        tags.Remove(ModelVersion.StageTag);
        return tags;
    }

    /// <summary>Returns the image of a run by its digest; null where it ran as a process.</summary>
    public static string? ImageOf(RunFacts run) =>
        Find(run.Artifacts.Passport, "image", "reference") is { Length: > 0 } image ? Line(image) : null;

    private static IEnumerable<KeyValuePair<string, double>> Evaluated(IReadOnlyDictionary<string, double> metrics) =>
        metrics
            .Where(metric => MetricName().IsMatch(metric.Key) && double.IsFinite(metric.Value) && metric.Value >= 0)
            .OrderBy(metric => metric.Key.StartsWith("eval_AP50_", StringComparison.Ordinal)) // Those of single classes come last.
            .ThenBy(metric => metric.Key, StringComparer.Ordinal);

    private static void Add(SortedDictionary<string, string> tags, string name, string? value)
    {
        if (!string.IsNullOrWhiteSpace(value) && !SecretWords.LooksLikeSecret(value))
            tags[name] = Line(value);
    }

    private static string Line(string text)
    {
        var line = string.Concat(text.Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? ' ' : letter)).Trim();
        return line.Length <= LongestValue ? line : line[..(LongestValue - 1)] + "…";
    }

    private static string? Find(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            node = (node as JsonObject)?[name];
        return node is JsonValue value ? value.ToString() : null;
    }

    [GeneratedRegex(@"^(eval|binary)_[A-Za-z0-9_.\-]{1,100}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MetricName();
}
