using System.Text.Json;
using Azure;
using Azure.Core.Pipeline;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.DataPlane;

/// <summary>Reads run history, which knows more of a job than ARM.</summary>
/// <remarks>Source: run history, Microsoft.MachineLearningServices data plane 2019-09-30, in its experiment-less form.</remarks>
internal sealed class RunHistoryClient(HttpPipeline pipeline, AsyncLazy<Uri> api, string workspaceId)
{
    // A sweep has at most a thousand trials; a page holds at least ten.
    private const int MostPages = 100;

    /// <summary>Reads the details of a run.</summary>
    /// <exception cref="RequestFailedException">404: run history does not know the job (yet).</exception>
    public async Task<RunDetails> GetDetailsAsync(string runId, CancellationToken cancellationToken)
    {
        using var message = pipeline.CreateGet(
            await api.GetAsync(cancellationToken),
            $"/history/v1.0{workspaceId}/runs/{Uri.EscapeDataString(runId)}/details"
        );
        return await pipeline.ReadJsonAsync(message, RunDetails.Read, cancellationToken);
    }

    /// <summary>Reads the children of a run, page by page.</summary>
    /// <exception cref="RequestFailedException">404: run history does not know the job (yet).</exception>
    public async Task<IReadOnlyList<ChildRun>> GetChildrenAsync(string runId, CancellationToken cancellationToken)
    {
        var children = new List<ChildRun>();
        string? continuation = null;
        for (var page = 0; page < MostPages; page++)
        {
            using var message = pipeline.CreateGet(
                await api.GetAsync(cancellationToken),
                $"/history/v1.0{workspaceId}/runs/{Uri.EscapeDataString(runId)}/children",
                ("$continuationtoken", continuation)
            );
            continuation = await pipeline.ReadJsonAsync(
                message,
                body =>
                {
                    children.AddRange(body.Items("value").Select(ChildRun.Read));
                    return body.Text("continuationToken");
                },
                cancellationToken
            );
            if (string.IsNullOrEmpty(continuation))
                break;
        }

        return children;
    }
}

/// <summary>A child of a run, such as a trial of a sweep.</summary>
internal sealed record ChildRun(string Name, RunDetails Details)
{
    public static ChildRun Read(JsonElement body) => new(body.Text("runId") ?? "", RunDetails.Read(body));
}

/// <summary>Details of a run in run history. Its status is sometimes slightly ahead of ARM's.</summary>
/// <remarks>
/// LogFiles: name in the run's artifacts → URL that can be read without a token until it expires. Error: the reason of a failed run, as
/// <c>{code}: {message}</c>; null when the run did not fail or gave no reason.
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
    /// <summary>Gets the status; <see cref="JobStatus.Unknown"/> when this version does not know the service's name.</summary>
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
            return null;

        var (code, message) = ErrorBody.Read(error);
        var text = string.Join(": ", new[] { code, message }.Where(part => !string.IsNullOrEmpty(part)));
        return text.Length == 0 ? null : Secrets.Scrub(text);
    }
}
