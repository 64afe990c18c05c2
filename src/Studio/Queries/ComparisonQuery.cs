using System.Text.Json.Nodes;
using Studio.Runs;

namespace Studio.Queries;

/// <summary>Compares jobs: what differs in their exp_configs and their data, and their metrics with intervals.</summary>
internal static class ComparisonQuery
{
    public const int MostJobs = 20;
    private static readonly string[] DataTags = ["dataset_hash", "train_set", "test_set", "validation_set"];
    private static readonly string[] DataMetrics = ["train_images", "validation_images", "test_images"];

    public static JsonObject Read(IReadOnlyList<IStudioRun> runs)
    {
        var configs = runs.Select(run => Flatten(JobFiles.ConfigOf(run))).ToList();
        var metrics = runs.Select(run => run.LatestMetrics().ToDictionary(metric => metric.Name, StringComparer.Ordinal)).ToList();
        var intervals = runs.Select(run =>
                Json.Member(Json.Member(JobFiles.Read(run, JobFiles.Metrics), "intervals"), "metrics")
                ?? Json.Member(JobFiles.Read(run, JobFiles.Evaluation), "intervals")
            )
            .ToList();
        return new()
        {
            ["jobs"] = Json.Of(runs.Select(JsonNode? (run) => run.Name)),
            ["config"] = Differences(configs.SelectMany(config => config.Keys).Distinct(StringComparer.Ordinal), key =>
                configs.Select(config => config.GetValueOrDefault(key))
            ),
            ["data"] = Differences(DataTags.Concat(DataMetrics), key => runs.Select(
                    (run, i) =>
                        run.Facts.Tags.TryGetValue(key, out var tag) ? JsonValue.Create(tag)
                        : metrics[i].TryGetValue(key, out var metric) ? Json.Of(metric.Value)
                        : null
                )),
            ["metrics"] = Json.Of(
                metrics
                    .SelectMany(one => one.Keys)
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal)
                    .Select(
                        JsonNode? (name) =>
                            new JsonObject
                            {
                                ["name"] = name,
                                ["values"] = Json.Of(
                                    metrics.Select(one => one.TryGetValue(name, out var found) ? Json.Of(found.Value) : null)
                                ),
                                ["intervals"] = Json.Of(intervals.Select(one => Interval(Json.Member(one, name)))),
                            }
                    )
            ),
        };
    }

    private static JsonArray Differences(IEnumerable<string> keys, Func<string, IEnumerable<JsonNode?>> valuesOf) =>
        Json.Of(
            keys.Select(key => (Key: key, Values: valuesOf(key).ToList()))
                .Where(row => row.Values.Exists(value => !JsonNode.DeepEquals(value, row.Values[0])))
                .Select(
                    JsonNode? (row) =>
                        new JsonObject { ["key"] = row.Key, ["values"] = Json.Of(row.Values.Select(value => value?.DeepClone())) }
                )
        );

    private static JsonArray? Interval(JsonNode? json) =>
        Json.Number(json, "low") is { } low && Json.Number(json, "high") is { } high ? [low, high] : null;

    private static Dictionary<string, JsonNode?> Flatten(JsonObject? config)
    {
        var flat = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        if (config is not null)
            Add("", config);
        return flat;

        void Add(string path, JsonObject inside)
        {
            foreach (var (name, value) in inside)
            {
                if (value is JsonObject further)
                    Add($"{path}{name}.", further);
                else
                    flat[path + name] = value;
            }
        }
    }
}
