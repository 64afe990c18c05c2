using System.Text.Json.Nodes;
using Studio.Runs;

namespace Studio.Queries;

/// <summary>Describes a job as the page reads it.</summary>
internal static class JobQuery
{
    private const string ClassPrefix = "eval_AP50_";
    private const string ProposalPrefix = "proposal_recall_";

    // COCO's twelve numbers by the names of the trainer's metrics.
    private static readonly (string Metric, string Name)[] Coco =
    [
        ("eval_mAP", "AP"),
        ("eval_AP50", "AP50"),
        ("eval_AP75", "AP75"),
        ("eval_AP_small", "AP_small"),
        ("eval_AP_medium", "AP_medium"),
        ("eval_AP_large", "AP_large"),
        ("eval_AR1", "AR1"),
        ("eval_AR10", "AR10"),
        ("eval_AR100", "AR100"),
        ("eval_AR_small", "AR_small"),
        ("eval_AR_medium", "AR_medium"),
        ("eval_AR_large", "AR_large"),
    ];

    /// <summary>Describes a job for the list.</summary>
    public static JsonObject Summary(IStudioRun run, DateTimeOffset now)
    {
        var facts = run.Facts;
        var image = Json.Member(facts.Passport, "image");
        var reference = Json.Text(image, "reference");
        return new()
        {
            ["name"] = facts.Name,
            ["experiment"] = facts.Experiment,
            ["displayName"] = facts.DisplayName,
            ["kind"] = facts.Kind,
            ["parent"] = facts.Parent,
            ["state"] = facts.State,
            ["created"] = Json.Of(facts.Created),
            ["started"] = Json.Of(facts.Started),
            ["ended"] = Json.Of(facts.Ended),
            ["seconds"] =
                facts.Started is { } start && (facts.Ended is not null || !run.HasEnded)
                    ? Math.Max(((facts.Ended ?? now) - start).TotalSeconds, 0)
                    : null,
            ["node"] = facts.Node,
            ["compute"] = facts.Compute,
            ["image"] = reference,
            ["imageDigest"] = Json.Text(image, "digest") ?? DigestOf(reference),
            ["dataset"] = facts.Tags.GetValueOrDefault("dataset_hash") ?? Json.Text(facts.Passport, "datasetHash"),
            ["tags"] = Json.Of(facts.Tags),
            ["metrics"] = new JsonObject(
                run.LatestMetrics().Select(metric => KeyValuePair.Create<string, JsonNode?>(metric.Name, Json.Of(metric.Value)))
            ),
        };
    }

    /// <summary>Describes a job with everything but its curves and files.</summary>
    public static JsonObject Detail(IStudioRun run, DateTimeOffset now)
    {
        var facts = run.Facts;
        var metrics = run.LatestMetrics();
        var json = Summary(run, now);
        json["error"] = facts.Error;
        json["config"] = JobFiles.ConfigOf(run)?.DeepClone();
        json["passport"] = JobFiles.PassportOf(run)?.DeepClone();
        json["parameters"] = Json.Of(facts.Parameters);
        json["inputs"] = Describe(facts.Inputs);
        json["outputs"] = Describe(facts.Outputs);
        json["stages"] = Stages.Read(run);
        json["logBytes"] = run.LogBytes;
        json["coco"] = DescribeCoco(run);
        json["metricNames"] = Json.Of(metrics.Select(JsonNode? (metric) => metric.Name));
        json["perClass"] = DescribeClasses(metrics);
        json["files"] = JobFiles.Paths(run);
        return json;
    }

    private static string? DigestOf(string? reference) => reference?.Split('@') is [_, var digest] ? digest : null;

    private static JsonArray Describe(IEnumerable<RunPort> ports) =>
        Json.Of(
            ports.Select(
                JsonNode? (port) =>
                    new JsonObject
                    {
                        ["name"] = port.Name,
                        ["type"] = port.Type,
                        ["uri"] = port.Uri,
                        ["mode"] = port.Mode,
                    }
            )
        );

    private static JsonArray DescribeCoco(IStudioRun run)
    {
        var evaluations = new SortedDictionary<long, JsonObject>();
        foreach (var (metric, name) in Coco)
        {
            if (run.FindMetric(metric)?.Ordered(long.MinValue) is not { } series)
                continue;
            for (var i = 0; i < series.Steps.Length; i++)
            {
                if (!evaluations.TryGetValue(series.Steps[i], out var values))
                    evaluations[series.Steps[i]] = values = [];
                values[name] = Json.Of(series.Values[i]);
            }
        }

        return Json.Of(evaluations.Select(JsonNode? (pair) => new JsonObject { ["step"] = pair.Key, ["values"] = pair.Value }));
    }

    private static JsonArray DescribeClasses(IReadOnlyList<MetricValue> metrics)
    {
        var byName = metrics.ToDictionary(metric => metric.Name, metric => metric.Value, StringComparer.Ordinal);
        return Json.Of(
            metrics
                .Where(metric => metric.Name.StartsWith(ClassPrefix, StringComparison.Ordinal) && metric.Name != "eval_AP50_max")
                .Select(
                    JsonNode? (metric) =>
                    {
                        var name = metric.Name[ClassPrefix.Length..];
                        var values = new JsonObject { ["AP50"] = Json.Of(metric.Value) };
                        if (byName.TryGetValue(ProposalPrefix + name, out var recall))
                            values["proposal recall"] = Json.Of(recall);
                        return new JsonObject { ["class"] = name, ["values"] = values };
                    }
                )
        );
    }
}
