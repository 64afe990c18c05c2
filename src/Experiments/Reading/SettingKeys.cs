using Experiments.Json;
using Experiments.Model;
using Experiments.Settings;

namespace Experiments.Reading;

/// <summary>Knows which key paths an override can set. Values are validated when the experiment is read.</summary>
public static class SettingKeys
{
    /// <summary>Returns whether a key path holds a value of an exp_config, as <c>RUN_PARAMS.STEPS</c> does.</summary>
    public static bool IsKnown(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ExperimentJson.Paths().Contains(path, StringComparer.Ordinal)
            || FreePrefixes(SettingDefinition.Of(typeof(Experiment)), "")
                .Any(prefix => path.Length > prefix.Length && path.StartsWith(prefix, StringComparison.Ordinal));
    }

    /// <summary>Returns the known key path that an unknown one was probably meant to be; null when none is near.</summary>
    public static string? FindNearest(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var paths = ExperimentJson.Paths().ToList();
        return NearestName.Find(path, paths)
            ?? paths.Find(known => NearestName.IsSameButForStyle(Last(known), Last(path)))
            ?? paths.Find(known => NearestName.Find(Last(path), [Last(known)]) is not null);
    }

    private static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];

    // An object whose keys are key paths of other sections takes any of them.
    private static IEnumerable<string> FreePrefixes(IReadOnlyList<SettingDefinition> definitions, string prefix) =>
        definitions.SelectMany(definition =>
            definition.Kind switch
            {
                SettingKind.Object => FreePrefixes(definition.Members, $"{prefix}{definition.Key}."),
                SettingKind.KeyPaths => [$"{prefix}{definition.Key}."],
                _ => [],
            }
        );
}
