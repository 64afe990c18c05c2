using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Studio.Queries;
using Studio.Runs;

namespace Studio.Folder;

/// <summary>Reads the trials of a fetched sweep from what Train, Follow or Fetch wrote beside the artifacts of its best one.</summary>
internal static class FolderSweep
{
    /// <summary>Returns the sweep; null when the outcome is not that of a sweep.</summary>
    /// <param name="outcome"><c>outcome.json</c>; null when it is missing.</param>
    /// <param name="plan">The sweep in <c>plan.json</c>; null when it is missing.</param>
    public static SweepFacts? Read(JsonObject? outcome, JsonObject? plan)
    {
        if (Json.Text(outcome, "sweepMetric") is not { } metric || outcome?["trials"] is not JsonArray trials)
            return null;
        return new(
            metric,
            outcome["sweepIsMaximized"] is not JsonValue maximized || maximized.GetValueKind() != JsonValueKind.False,
            Json.Text(plan, "sampling"),
            Count(plan, "maxTrials"),
            Count(plan, "maxConcurrent"),
            [.. trials.OfType<JsonObject>().Select(Trial)]
        );
    }

    private static int? Count(JsonObject? plan, string member) =>
        Json.Number(plan, member) is { } number ? (int)Math.Clamp(number, 0, int.MaxValue) : null;

    private static TrialFacts Trial(JsonObject trial) =>
        new(
            Json.Text(trial, "name") ?? "?",
            Json.Text(trial, "status") ?? "Unknown",
            Values(trial["values"]),
            Json.Number(trial, "metric"),
            null,
            null
        )
        {
            IsEndedEarly = trial["isEndedEarly"] is JsonValue ended && ended.GetValueKind() == JsonValueKind.True,
            Seconds = Json.Number(trial, "seconds"),
        };

    // The outcome has texts, of which those of numbers are numbers again.
    private static JsonObject Values(JsonNode? values) =>
        new(
            (values as JsonObject ?? []).Select(pair =>
            {
                var text = pair.Value?.ToString() ?? "";
                var isNumber =
                    double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number);
                return KeyValuePair.Create(pair.Key, (JsonNode?)(isNumber ? Json.Of(number) : JsonValue.Create(text)));
            })
        );
}
