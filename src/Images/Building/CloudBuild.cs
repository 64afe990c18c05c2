using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Http;
using Workspaces.Logs;

namespace Images.Building;

/// <summary>Builds an image in Azure with ACR Tasks, for machines without Docker.</summary>
/// <remarks>
/// Calls listBuildSourceUploadUrl, scheduleRun and runs of Microsoft.ContainerRegistry 2019-06-01-preview, the last version that describes
/// Tasks, and reads the log from the storage address that listLogSasUrl returns. The build is an encoded task and not a DockerBuildRequest,
/// because only the step of a task can request BuildKit.
/// </remarks>
public sealed class CloudBuild
{
    private const string TasksVersion = "2019-06-01-preview";
    private const string RegistriesVersion = "2023-07-01";
    private const int LogAttempts = 8;
    private static readonly TimeSpan QueueTime = TimeSpan.FromMinutes(30);
    private static readonly Uri PublicCloud = new("https://management.azure.com/");

    private readonly TimeSpan pause = TimeSpan.FromSeconds(2);
    private readonly HttpPipeline arm;
    private readonly HttpPipeline storage;
    private readonly Uri endpoint;
    private readonly TimeProvider time;

    /// <param name="credential">Signs in to Azure Resource Manager.</param>
    /// <param name="time">The clock, also for the pauses between two polls.</param>
    public CloudBuild(TokenCredential credential, TimeProvider time)
        : this(PublicCloud, credential, time, transport: null, RetrySettings.Default) { }

    internal CloudBuild(
        Uri endpoint,
        TokenCredential credential,
        TimeProvider time,
        HttpPipelineTransport? transport,
        RetrySettings retries
    )
    {
        this.endpoint = endpoint;
        this.time = time;
        arm = ServicePipelines.Build(transport, retries, credential, ServicePipelines.ArmScope);
        // Storage addresses contain their own signature; the token for Azure Resource Manager must not be sent there.
        storage = ServicePipelines.Build(transport, retries);
    }

    /// <summary>Uploads the context, builds the image, forwards the log and waits for the end.</summary>
    /// <param name="subscriptionId">Subscription of the registry.</param>
    /// <param name="registry">Host of the registry, <c>….azurecr.io</c>.</param>
    /// <param name="request">The image.</param>
    /// <param name="context">The build context as a gzipped tar, positioned at its beginning.</param>
    /// <param name="onLine">Receives each line of the log once, in order.</param>
    /// <param name="cancellationToken">Stops waiting and cancels the run.</param>
    /// <returns>The digest of the pushed image.</returns>
    /// <exception cref="WorkspaceException">
    /// The registry is not in the subscription, the build failed, or Azure refused or did not respond.
    /// </exception>
    public Task<string> BuildAsync(
        string subscriptionId,
        string registry,
        CloudBuildRequest request,
        Stream context,
        Action<string> onLine,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        return ServiceErrors.GuardAsync(
            async () =>
            {
                var id = await FindRegistryAsync(subscriptionId, registry, cancellationToken);
                var source = await UploadAsync(id, context, cancellationToken);
                using var run = await SendAsync(RequestMethod.Post, $"{id}/scheduleRun", CreateRun(request, source), cancellationToken);
                var runId = run.RootElement.GetProperty("properties").Text("runId")
                    ?? throw new WorkspaceException("scheduleRun returned no runId; it must return one.");
                try
                {
                    return await FollowAsync($"{id}/runs/{runId}", request, onLine, cancellationToken);
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    using var cancelled = await SendAsync(
                        RequestMethod.Post,
                        $"{id}/runs/{runId}/cancel",
                        body: null,
                        CancellationToken.None
                    );
                    throw;
                }
            },
            cancellationToken
        );
    }

    /// <summary>Creates the file of the task: one BuildKit build, then one push, so that a tag is set only after the whole build.</summary>
    internal static string TaskFile(CloudBuildRequest request)
    {
        var image = $"$Registry/{request.Repository}:{request.Tag}";
        var words = new List<string> { "--tag", image, "--file", request.Dockerfile };
        foreach (var (name, value) in request.Arguments.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            words.AddRange(["--build-arg", $"{name}={value}"]);
        words.AddRange(["--build-arg", "BUILDKIT_INLINE_CACHE=1"]);
        foreach (var (name, value) in request.Labels.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            words.AddRange(["--label", $"{name}={value}"]);
        foreach (var reference in request.CacheFrom)
            words.AddRange(["--cache-from", reference]);
        words.Add(".");
        // A JSON string is a YAML string; within it each word is quoted for the command line of the task.
        var command = JsonValue.Create(string.Join(' ', words.Select(Quote))).ToJsonString();
        return $"""
            version: v1.1.0
            steps:
              - build: {command}
                env: ["DOCKER_BUILDKIT=1"]
                timeout: {(int)request.Timeout.TotalSeconds}
              - push: [{JsonValue.Create(image).ToJsonString()}]

            """;
    }

    private static string Quote(string word) =>
        word.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '/' or ':' or '=' or '$' or '@')
            ? word
            : $"\"{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static JsonObject CreateRun(CloudBuildRequest request, string source) =>
        new()
        {
            ["type"] = "EncodedTaskRunRequest",
            ["encodedTaskContent"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(TaskFile(request))),
            ["sourceLocation"] = source,
            ["platform"] = new JsonObject { ["os"] = "Linux", ["architecture"] = "amd64" },
            ["agentConfiguration"] = new JsonObject { ["cpu"] = 2 },
            ["timeout"] = (int)request.Timeout.TotalSeconds,
            ["isArchiveEnabled"] = false,
        };

    private async Task<string> FindRegistryAsync(string subscriptionId, string registry, CancellationToken cancellationToken)
    {
        var page = WithVersion($"/subscriptions/{subscriptionId}/providers/Microsoft.ContainerRegistry/registries", RegistriesVersion);
        while (page is not null)
        {
            using var found = await SendAsync(RequestMethod.Get, page, body: null, cancellationToken);
            foreach (var item in found.RootElement.Items("value"))
            {
                if (
                    string.Equals(item.GetProperty("properties").Text("loginServer"), registry, StringComparison.OrdinalIgnoreCase)
                    && item.Text("id") is { } id
                )
                {
                    return id;
                }
            }

            page = found.RootElement.Text("nextLink") is { Length: > 0 } next ? new Uri(endpoint, next) : null;
        }

        throw new WorkspaceException(
            $"Registry {registry} is not in subscription {subscriptionId}; it must be an Azure registry there for Azure to build in it. "
                + "Build with Docker (leave out --cloud-build), or correct REGISTRY."
        );
    }

    private async Task<string> UploadAsync(string registryId, Stream context, CancellationToken cancellationToken)
    {
        using var target = await SendAsync(RequestMethod.Post, $"{registryId}/listBuildSourceUploadUrl", body: null, cancellationToken);
        var path = target.RootElement.Text("relativePath")
            ?? throw new WorkspaceException("listBuildSourceUploadUrl returned no relativePath; it must return one.");
        using var message = storage.CreateMessage();
        message.Request.Method = RequestMethod.Put;
        message.Request.Uri.Reset(new Uri(target.RootElement.Text("uploadUrl")!));
        message.Request.Headers.Add("x-ms-blob-type", "BlockBlob");
        message.Request.Content = RequestContent.Create(context);
        await storage.SendAsync(message, cancellationToken);
        return message.Response.IsError ? throw new RequestFailedException(message.Response) : path;
    }

    private async Task<string> FollowAsync(
        string run,
        CloudBuildRequest request,
        Action<string> onLine,
        CancellationToken cancellationToken
    )
    {
        var log = new LogTail("log", new LogClient(storage));
        var lines = new LogLines();
        var link = await FindLogAsync(run, cancellationToken);
        var began = time.GetTimestamp();
        while (true)
        {
            using var state = await SendAsync(RequestMethod.Get, run, body: null, cancellationToken);
            var properties = state.RootElement.GetProperty("properties");
            var (runId, status) = (properties.Text("runId"), properties.Text("status") ?? "");
            var hasEnded = status is "Succeeded" or "Failed" or "Canceled" or "Error" or "Timeout";
            if (!await ReadAsync(log, link, lines, onLine, cancellationToken))
            {
                link = await FindLogAsync(run, cancellationToken);
                hasEnded &= log.Faults >= LogAttempts;
            }

            if (!hasEnded)
            {
                // Azure ends a build at its time-out; this covers a build that Azure lost.
                if (time.GetElapsedTime(began) > request.Timeout + QueueTime)
                {
                    throw new WorkspaceException(
                        $"The build in Azure (run {runId}) is {status} after {(request.Timeout + QueueTime).TotalMinutes:0} min; "
                            + $"it must have ended by then. `az acr task logs --run-id {runId}` shows its log."
                    );
                }

                await Task.Delay(pause, time, cancellationToken);
                continue;
            }

            lines.Finish(onLine);
            if (status != "Succeeded")
            {
                var reason = properties.Text("runErrorMessage");
                throw new WorkspaceException(
                    $"The build in Azure (run {runId}) is {status}; it must be Succeeded."
                        + $"{(reason is null ? "" : $" {Secrets.Scrub(reason)}")} Its log is above."
                );
            }

            return properties
                .Items("outputImages")
                .Where(image => image.Text("repository") == request.Repository && image.Text("tag") == request.Tag)
                .Select(image => image.Text("digest"))
                .FirstOrDefault()
                ?? throw new WorkspaceException(
                    $"The build in Azure (run {runId}) names no digest for {request.Repository}:{request.Tag}; it must have pushed it."
                );
        }
    }

    private async Task<Uri> FindLogAsync(string run, CancellationToken cancellationToken)
    {
        using var link = await SendAsync(RequestMethod.Post, $"{run}/listLogSasUrl", body: null, cancellationToken);
        return new Uri(
            link.RootElement.Text("logLink") ?? throw new WorkspaceException("listLogSasUrl returned no logLink; it must return one.")
        );
    }

    /// <summary>Forwards the lines that were written since the last call.</summary>
    /// <returns>False when the log could not be read: its address may have expired.</returns>
    private static async Task<bool> ReadAsync(
        LogTail log,
        Uri link,
        LogLines lines,
        Action<string> onLine,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var (end, _) = await log.ReadAsync(link, cancellationToken);
            log.Commit(lines, onLine);
            if (end != LogEnd.NotReached)
            {
                // 404: the log does not exist yet.
                return end is not null || log.LastFault is RequestFailedException { Status: 404 };
            }
        }
    }

    private Uri WithVersion(string path, string apiVersion) => new(endpoint, $"{path}?api-version={apiVersion}");

    private Task<JsonDocument> SendAsync(RequestMethod method, string path, JsonObject? body, CancellationToken cancellationToken) =>
        SendAsync(method, WithVersion(path, TasksVersion), body, cancellationToken);

    private async Task<JsonDocument> SendAsync(RequestMethod method, Uri address, JsonObject? body, CancellationToken cancellationToken)
    {
        using var message = arm.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(address);
        message.Request.Headers.Add("Accept", "application/json");
        if (body is not null)
        {
            message.Request.Headers.Add("Content-Type", "application/json");
            message.Request.Content = RequestContent.Create(Encoding.UTF8.GetBytes(body.ToJsonString()));
        }

        await arm.SendAsync(message, cancellationToken);
        if (message.Response.IsError)
            throw new RequestFailedException(message.Response);

        return JsonDocument.Parse(message.Response.Content.ToMemory().IsEmpty ? BinaryData.FromString("{}") : message.Response.Content);
    }
}
