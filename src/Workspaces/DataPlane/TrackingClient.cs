using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Core.Pipeline;
using Workspaces.Http;

namespace Workspaces.DataPlane;

/// <summary>MLflow's tracking REST API, as far as a reader of one run needs it.</summary>
/// <param name="pipeline">Signs, retries and sends.</param>
/// <param name="tracking">The workspace's tracking URI with the scheme https, without <c>/api/2.0/mlflow</c>.</param>
internal sealed class TrackingClient(HttpPipeline pipeline, AsyncLazy<Uri> tracking)
{
    private const int PageSize = 1000;

    /// <exception cref="RequestFailedException">404: no such run.</exception>
    public async Task<TrackedRun> GetRunAsync(string runId, CancellationToken cancellationToken)
    {
        using var message = pipeline.CreateGet(await tracking.GetAsync(cancellationToken), "/api/2.0/mlflow/runs/get", ("run_id", runId));
        return await pipeline.ReadJsonAsync(message, ReadRun, cancellationToken);
    }

    /// <summary>Every logged value of one metric, in the order of its steps.</summary>
    public async Task<IReadOnlyList<MetricPoint>> GetHistoryAsync(string runId, string metric, CancellationToken cancellationToken)
    {
        var points = new List<MetricPoint>();
        string? pageToken = null;
        do
        {
            using var message = pipeline.CreateGet(
                await tracking.GetAsync(cancellationToken),
                "/api/2.0/mlflow/metrics/get-history",
                ("run_id", runId),
                ("metric_key", metric),
                ("max_results", PageSize.ToString(CultureInfo.InvariantCulture)),
                ("page_token", pageToken)
            );
            var page = await pipeline.ReadJsonAsync(
                message,
                body => (Points: body.Items("metrics").Select(ReadPoint).ToList(), Next: body.Text("next_page_token")),
                cancellationToken
            );
            points.AddRange(page.Points);
            pageToken = string.IsNullOrEmpty(page.Next) || page.Next == pageToken ? null : page.Next;
        } while (pageToken is not null);

        return [.. points.OrderBy(point => point.Step).ThenBy(point => point.Time)];
    }

    private static TrackedRun ReadRun(JsonElement body)
    {
        var data = body.GetProperty("run").TryGetProperty("data", out var found) ? found : default;
        if (data.ValueKind != JsonValueKind.Object)
        {
            return new TrackedRun(
                new Dictionary<string, double>(StringComparer.Ordinal),
                new Dictionary<string, string>(StringComparer.Ordinal)
            );
        }

        // A key given twice: the later one stands.
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var metric in data.Items("metrics"))
        {
            metrics[metric.GetProperty("key").GetString()!] = Number(metric.GetProperty("value"));
        }

        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in data.Items("tags"))
        {
            tags[tag.GetProperty("key").GetString()!] = tag.Text("value") ?? "";
        }

        return new TrackedRun(metrics, tags);
    }

    private static MetricPoint ReadPoint(JsonElement point) =>
        new(
            point.TryGetProperty("step", out var step) ? (long)Number(step) : 0,
            Number(point.GetProperty("value")),
            DateTimeOffset.FromUnixTimeMilliseconds(point.TryGetProperty("timestamp", out var time) ? (long)Number(time) : 0)
        );

    // protobuf's JSON writes 64-bit integers and NaN, Infinity and -Infinity as strings.
    private static double Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.String
            ? double.Parse(value.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture)
            : value.GetDouble();
}

internal sealed record TrackedRun(IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, string> Tags);
