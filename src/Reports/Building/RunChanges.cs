using Reports.Records;

namespace Reports.Building;

/// <summary>Finds what changed between two runs in config, data, code and versions.</summary>
internal static class RunChanges
{
    private const int Most = 200;

    // Keys of the passport, as a reader of a report knows them. The CSV files are in the config, resolved.
    private static readonly (string Path, string[] Key)[] OfPassport =
    [
        ("dataset.hash", ["datasetHash"]),
        ("code.hash", ["codeHash"]),
        ("image", ["image", "reference"]),
        ("versions.modelTraining", ["versions", "modelTraining"]),
        ("versions.python", ["versions", "python"]),
        ("versions.torch", ["versions", "torch"]),
        ("versions.torchvision", ["versions", "torchvision"]),
        ("versions.numpy", ["versions", "numpy"]),
    ];

    // The image is compared by the passport, where it has a digest.
    private static readonly HashSet<string> NotCompared = new(["DOCKER_IMAGE", "$schema"], StringComparer.Ordinal);

    /// <summary>Returns the changes: those of the config, then those of the passport.</summary>
    public static IReadOnlyList<ReportChange> Find(RunFacts before, RunFacts after) =>
        [
            .. Compare(Config(before), Config(after)),
            .. OfPassport
                .Select(item => new ReportChange(
                    item.Path,
                    before.Artifacts.Passport.Text(item.Key),
                    after.Artifacts.Passport.Text(item.Key)
                ))
                .Where(change => change.Before != change.After && IsKnown(before) && IsKnown(after)),
        ];

    private static IReadOnlyDictionary<string, string>? Config(RunFacts run) => run.Config?.Values();

    // A running job has no passport yet, and that is not a change.
    private static bool IsKnown(RunFacts run) => run.Artifacts.Passport is not null;

    private static IEnumerable<ReportChange> Compare(
        IReadOnlyDictionary<string, string>? before,
        IReadOnlyDictionary<string, string>? after
    ) =>
        before is null || after is null
            ? []
            : after
                .Keys.Concat(before.Keys.Where(path => !after.ContainsKey(path)))
                .Where(path => !NotCompared.Contains(path))
                .Select(path => new ReportChange(path, before.GetValueOrDefault(path), after.GetValueOrDefault(path)))
                .Where(change => change.Before != change.After)
                .Take(Most);
}
