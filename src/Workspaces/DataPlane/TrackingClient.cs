using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Core.Pipeline;
using Workspaces.Http;

namespace Workspaces.DataPlane;

/// <summary>Reads a run through MLflow's tracking REST API.</summary>
/// <param name="pipeline">Signs, retries and sends.</param>
/// <param name="tracking">The workspace's tracking URI with the scheme https, without <c>/api/2.0/mlflow</c>.</param>
internal sealed class TrackingClient(HttpPipeline pipeline, AsyncLazy<Uri> tracking)
{
    // At least a thousand values each; a metric of a run has rarely more than some ten thousand.
    private const int MostPages = 1000;

    private const double LastMillisecond = 253402300799999; // of the year 9999

    /// <summary>Reads the last value of each metric of a run, and the highest step with its time.</summary>
    /// <exception cref="RequestFailedException">404: the run does not exist.</exception>
    public async Task<(IReadOnlyDictionary<string, double> Metrics, (long Step, DateTimeOffset Time)? LastStep)> GetMetricsAsync(
        string runId,
        CancellationToken cancellationToken
    )
    {
        using var message = pipeline.CreateGet(await tracking.GetAsync(cancellationToken), "/api/2.0/mlflow/runs/get", ("run_id", runId));
        return await pipeline.ReadJsonAsync(message, ReadMetrics, cancellationToken);
    }

    /// <summary>Reads when a metric of a run was first logged at each step, in the order of the steps.</summary>
    /// <exception cref="RequestFailedException">404: the run does not exist.</exception>
    public async Task<IReadOnlyList<(long Step, DateTimeOffset Time)>> GetStepsAsync(
        string runId,
        string metric,
        CancellationToken cancellationToken
    )
    {
        var times = new SortedDictionary<long, double>();
        string? page = null;
        for (var read = 0; read < MostPages; read++)
        {
            using var message = pipeline.CreateGet(
                await tracking.GetAsync(cancellationToken),
                "/api/2.0/mlflow/metrics/get-history",
                ("run_id", runId),
                ("metric_key", metric),
                ("page_token", page)
            );
            page = await pipeline.ReadJsonAsync(message, body => AddTimes(body, times), cancellationToken);
            if (string.IsNullOrEmpty(page))
                break;
        }

        return [.. times.Select(pair => (pair.Key, DateTimeOffset.FromUnixTimeMilliseconds((long)pair.Value)))];
    }

    // Returns the token of the next page.
    private static string? AddTimes(JsonElement body, SortedDictionary<long, double> times)
    {
        foreach (var point in body.Items("metrics"))
        {
            var (step, time) = (
                point.TryGetProperty("step", out var at) ? Number(at) : 0,
                point.TryGetProperty("timestamp", out var when) ? Number(when) : 0
            );
            if (step is >= 0 and < 1e15 && time is > 0 and < LastMillisecond)
                times[(long)step] = Math.Min(time, times.GetValueOrDefault((long)step, double.MaxValue));
        }

        return body.Text("next_page_token");
    }

    private static (IReadOnlyDictionary<string, double>, (long, DateTimeOffset)?) ReadMetrics(JsonElement body)
    {
        var (step, time) = (0d, 0d);
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        if (body.GetProperty("run").TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object)
        {
            // When a key appears twice, the later value wins.
            foreach (var metric in data.Items("metrics"))
            {
                metrics[metric.GetProperty("key").GetString()!] = Number(metric.GetProperty("value"));
                if (metric.TryGetProperty("step", out var at) && metric.TryGetProperty("timestamp", out var when) && Number(at) > step)
                    (step, time) = (Number(at), Number(when));
            }
        }

        return (
            metrics,
            step is >= 1 and < 1e15 && time is > 0 and < LastMillisecond
                ? ((long)step, DateTimeOffset.FromUnixTimeMilliseconds((long)time))
                : null
        );
    }

    // protobuf's JSON writes 64-bit integers and NaN, Infinity and -Infinity as strings.
    private static double Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.String
            ? double.Parse(value.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture)
            : value.GetDouble();
}
