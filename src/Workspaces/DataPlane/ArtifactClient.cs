using System.Text.Json;
using Azure;
using Azure.Core.Pipeline;
using Workspaces.Http;

namespace Workspaces.DataPlane;

/// <summary>Reads the artifacts of a run through the artifact service, which needs no role on the storage account.</summary>
/// <remarks>
/// Source: artifact.json, Microsoft.MachineLearningServices data plane 2019-09-30; container <c>dcid.{runId}</c> of origin ExperimentRun.
/// </remarks>
internal sealed class ArtifactClient(HttpPipeline pipeline, AsyncLazy<Uri> api, string workspaceId)
{
    private readonly string root = $"/artifact/v2.0{workspaceId}/artifacts/ExperimentRun";

    /// <summary>Lists all artifacts, in the service's order.</summary>
    public async Task<IReadOnlyList<ListedArtifact>> ListAsync(string runId, CancellationToken cancellationToken)
    {
        var artifacts = new List<ListedArtifact>();
        string? continuation = null;
        do
        {
            using var message = pipeline.CreateGet(
                await api.GetAsync(cancellationToken),
                ContainerOf(runId),
                ("continuationToken", continuation)
            );
            var page = await pipeline.ReadJsonAsync(
                message,
                body =>
                    (Artifacts: body.Items("value").Select(Read).OfType<ListedArtifact>().ToList(), Next: body.Text("continuationToken")),
                cancellationToken
            );
            artifacts.AddRange(page.Artifacts);
            continuation = string.IsNullOrEmpty(page.Next) || page.Next == continuation ? null : page.Next;
        } while (continuation is not null);

        return artifacts;
    }

    /// <summary>Streams one artifact into <paramref name="target"/>.</summary>
    /// <returns>Number of bytes copied.</returns>
    /// <exception cref="RequestFailedException">The service responded other than 200.</exception>
    /// <exception cref="HttpIOException">The connection broke, or fewer bytes arrived than announced.</exception>
    public async Task<long> DownloadAsync(string runId, string path, Stream target, CancellationToken cancellationToken)
    {
        using var message = pipeline.CreateGet(await api.GetAsync(cancellationToken), $"{ContainerOf(runId)}/content", ("path", path));
        message.Request.Headers.SetValue("Accept", "*/*");
        message.BufferResponse = false;
        await pipeline.SendAsync(message, cancellationToken);
        if (message.Response.Status != 200)
            throw await BufferedError.CreateAsync(message.Response, cancellationToken);

        var start = target.Position;
        if (message.Response.ContentStream is { } content)
            await content.CopyToAsync(target, cancellationToken);

        var length = target.Position - start;
        return message.Response.Headers.ContentLengthLong is { } announced && announced != length
            ? throw new HttpIOException(HttpRequestError.ResponseEnded, $"artifact '{path}' has {announced} bytes, {length} arrived")
            : length;
    }

    private static ListedArtifact? Read(JsonElement item) =>
        item.Text("path") is { } path
            ? new(path, string.Join(' ', new[] { item.Text("etag"), item.Text("createdTime") }.Where(part => !string.IsNullOrEmpty(part))))
            : null;

    private string ContainerOf(string runId) => $"{root}/dcid.{Uri.EscapeDataString(runId)}";
}
