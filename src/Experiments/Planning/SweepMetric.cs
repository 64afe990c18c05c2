using Experiments.Json;
using Experiments.Model;

namespace Experiments.Planning;

/// <summary>Validates the metric of a sweep against the names that the trainer logs.</summary>
internal static class SweepMetric
{
    private const string Key = "HYPERTUNE_PARAMS.METRIC";
    private const string Class = "<class>";
    private const string ValidationPrefix = "validation_";
    private const string Validation = ValidationPrefix + "<metric>";

    /// <summary>Returns the fault of a metric that the trainer does not log; null when it logs it, or its names are not known.</summary>
    /// <param name="experiment">The experiment, whose HYPERTUNE is true.</param>
    /// <param name="logged">The names of the image's label, some with a part in angle brackets; null when they are not known.</param>
    /// <param name="classes">The classes of the dataset; null while they are not known.</param>
    public static ConfigFault? Validate(Experiment experiment, IReadOnlyList<string>? logged, IEnumerable<string>? classes)
    {
        var metric = experiment.HypertuneParams.Metric;
        if (logged is null)
            return null;
        var names = Names(logged, classes?.ToList());
        var ofTestSplit = names.Where(name => name.StartsWith("eval_", StringComparison.Ordinal));
        if (experiment.Data.Validation > 0 && logged.Contains(Validation, StringComparer.Ordinal))
            names = [.. names, .. ofTestSplit.Select(name => ValidationPrefix + name)];
        if (names.Contains(metric, StringComparer.Ordinal) || (classes is null && IsOfAClass(logged, metric)))
            return null;
        var where = new ConfigLocation("exp_config");
        if (metric.StartsWith(ValidationPrefix, StringComparison.Ordinal) && experiment.Data.Validation == 0)
        {
            return new(
                where,
                Key,
                $"\"{metric}\"",
                "a metric of the test split, because DATA.VALIDATION is 0",
                "Hold images out by --set=DATA.VALIDATION=0.2."
            );
        }

        var hint = NearestName.Find(metric, names) is { } near
            ? $"Did you mean {near}?{NearestName.Difference(metric, near)} Edit it, or run with --set={Key}={near}."
            : $"They are {string.Join(", ", names)}.";
        return new(where, Key, $"\"{metric}\"", "one of the metrics that the trainer of the image logs", hint);
    }

    private static List<string> Names(IReadOnlyList<string> logged, IReadOnlyList<string>? classes) =>
        [
            .. logged
                .Where(name => name != Validation)
                .SelectMany(name =>
                    name.Contains(Class, StringComparison.Ordinal)
                        ? (classes ?? []).Select(of => name.Replace(Class, of, StringComparison.Ordinal))
                        : [name]
                ),
        ];

    private static bool IsOfAClass(IReadOnlyList<string> logged, string metric) =>
        logged.Any(name =>
            name.IndexOf(Class, StringComparison.Ordinal) is > 0 and var at && metric.StartsWith(name[..at], StringComparison.Ordinal)
        );
}
