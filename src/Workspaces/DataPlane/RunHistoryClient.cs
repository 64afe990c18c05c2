using System.Text.Json;
using Azure;
using Azure.Core.Pipeline;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.DataPlane;

/// <summary>Run history: what became of a job, beyond what ARM tells.</summary>
/// <remarks>Source: run history, Microsoft.MachineLearningServices data plane 2019-09-30, in its experiment-less form.</remarks>
internal sealed class RunHistoryClient(HttpPipeline pipeline, AsyncLazy<Uri> api, string workspaceId)
{
    /// <exception cref="RequestFailedException">404: run history does not know the job (yet).</exception>
    public async Task<RunDetails> GetDetailsAsync(string runId, CancellationToken cancellationToken)
    {
        using var message = pipeline.CreateGet(
            await api.GetAsync(cancellationToken),
            $"/history/v1.0{workspaceId}/runs/{Uri.EscapeDataString(runId)}/details"
        );
        return await pipeline.ReadJsonAsync(message, RunDetails.Read, cancellationToken);
    }
}

/// <summary>What run history tells of a run. Its status leads ARM's by a little at times.</summary>
/// <remarks>
/// LogFiles: name in the run's artifacts → URL that can be read without a token, for a while. Error: why a failed run failed, as
/// <c>{code}: {message}</c>; null when it did not or nobody said.
/// </remarks>
internal sealed record RunDetails(
    string StatusWord,
    DateTimeOffset? Started,
    DateTimeOffset? Ended,
    IReadOnlyDictionary<string, string> LogFiles,
    IReadOnlyDictionary<string, string> Tags,
    string? Error
)
{
    /// <summary><see cref="JobStatus.Unknown"/> where the service's word is none that this version knows.</summary>
    public JobStatus Status => JobStatuses.Parse(StatusWord);

    public static RunDetails Read(JsonElement body) =>
        new(
            body.Text("status") ?? "",
            Time(body, "startTimeUtc"),
            Time(body, "endTimeUtc"),
            body.TextMap("logFiles"),
            body.TextMap("tags"),
            ReadError(body)
        );

    private static DateTimeOffset? Time(JsonElement body, string name) =>
        DateTimeOffset.TryParse(body.Text(name), null, System.Globalization.DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static string? ReadError(JsonElement body)
    {
        if (!body.TryGetProperty("error", out var error) || error.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var (code, message) = ErrorBody.Read(error);
        var text = string.Join(": ", new[] { code, message }.Where(part => !string.IsNullOrEmpty(part)));
        return text.Length == 0 ? null : Secrets.Scrub(text);
    }
}
