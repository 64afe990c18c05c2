using System.Text.Json.Nodes;
using Studio.Metrics;
using Studio.Runs;

namespace Studio.Queries;

/// <summary>Returns the curves of a job in as few points as the page can draw.</summary>
internal static class MetricsQuery
{
    public const int MostPoints = 10_000;
    public const int MostNames = 100;

    public static JsonObject Read(IStudioRun run, IEnumerable<string> names, int points, long from) =>
        new()
        {
            ["series"] = Json.Of(
                names.Select(run.FindMetric).OfType<MetricSeries>().Select(JsonNode? (series) => Describe(series.Ordered(from), points))
            ),
        };

    private static JsonObject Describe(MetricSeries series, int points)
    {
        var shown = LargestTriangle.Choose(series, points);
        return new()
        {
            ["name"] = series.Name,
            ["total"] = series.Values.Length,
            ["steps"] = Json.Of(shown.Steps.Select(JsonNode? (step) => step)),
            ["values"] = Json.Of(shown.Values.Select(JsonNode? (value) => Json.Of(value))),
            ["times"] = Json.Of(shown.Times.Select(time => Json.Of(DateTimeOffset.FromUnixTimeMilliseconds(ClampTime(time))))),
        };
    }

    // A job chooses its times.
    private static long ClampTime(long time) => Math.Clamp(time, 0, 253402300799999);
}
