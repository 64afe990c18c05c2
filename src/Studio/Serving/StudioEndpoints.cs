using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Studio.Logs;
using Studio.Metrics;
using Studio.Queries;
using Studio.Runs;

namespace Studio.Serving;

/// <summary>Maps the studio: the page at <c>/studio/</c> and what it reads at <c>/studio/api</c>.</summary>
public static class StudioEndpoints
{
    private const int DefaultPoints = 1000;

    /// <summary>Maps the endpoints. Each has a name in its metadata.</summary>
    /// <param name="endpoints">The application, or a group without a prefix.</param>
    /// <param name="siteOf">Returns what is served; it is called for each request.</param>
    public static IEndpointConventionBuilder MapStudio(this IEndpointRouteBuilder endpoints, Func<HttpContext, StudioSite> siteOf)
    {
        var studio = endpoints.MapGroup("/studio");
        Map("GET", "/api/store", "Store", (context, site) => SendAsync(context, Describe(site.Store.Facts)));
        Map("GET", "/api/jobs", "Jobs", SendJobsAsync);
        Map("GET", "/api/events", "Events", EventStream.SendAsync);
        Map("GET", "/api/clusters", "Clusters", (context, site) => SendAsync(context, ClusterQuery.Read(site.Store.ListClusters())));
        Map("GET", "/api/compare", "Compare", CompareAsync);
        Map("GET", "/api/sweeps/{name}", "Sweep", SendSweepAsync);
        MapJob("", "Job", (context, site, run) => SendAsync(context, JobQuery.Detail(run, site.Time.GetUtcNow())));
        MapJob("/metrics", "Metrics", (context, _, run) => SendMetricsAsync(context, run));
        MapJob("/log", "Log", (context, _, run) => SendLogAsync(context, run));
        MapJob("/log/search", "LogSearch", (context, _, run) => SearchAsync(context, run));
        MapJob("/log/error", "LogError", (context, _, run) => FindErrorAsync(context, run));
        MapJob("/artifacts", "Artifacts", (context, _, run) => SendAsync(context, Describe(run.ListArtifacts())));
        MapJob("/artifacts/{**path}", "Artifact", (context, _, run) => SendArtifactAsync(context, run));
        MapJob("/images", "Images", (context, _, run) => SendAsync(context, DescribeImages(run)));
        MapJob("/images/{**path}", "Image", (context, _, run) => SendImageAsync(context, run));
        Map("GET", "/api/datasets/{name}", "Dataset", (context, site) => WithJobAsync(context, site, SendDatasetAsync));
        Map("POST", "/api/jobs/{name}/cancel", "Cancel", (context, site) => WithJobAsync(context, site, CancelAsync));
        Map("POST", "/api/jobs/{name}/resubmit", "Resubmit", (context, site) => WithJobAsync(context, site, ResubmitAsync));
        Map("GET", "/{**path}", "Page", SendPageAsync);
        return studio;

        void Map(string method, string path, string name, Func<HttpContext, StudioSite, Task> answer) =>
            studio.MapMethods(path, [method], context => AnswerAsync(context, siteOf(context), answer)).WithDisplayName($"Studio{name}");

        void MapJob(string path, string name, Func<HttpContext, StudioSite, IStudioRun, Task> answer) =>
            Map("GET", "/api/jobs/{name}" + path, name, (context, site) => WithJobAsync(context, site, answer));
    }

    private static async Task AnswerAsync(HttpContext context, StudioSite site, Func<HttpContext, StudioSite, Task> answer)
    {
        StudioGuard.SetHeaders(context.Response);
        if (context.Request.Path is { Value: "/studio" or "/studio/" } && StudioGuard.TryExchange(context, site.Access))
            return;
        if (StudioGuard.Refusal(context, site.Access) is var (status, reason))
        {
            await FailAsync(context, status, reason);
            return;
        }

        try
        {
            await answer(context, site);
        }
        catch (IOException error) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await FailAsync(context, StatusCodes.Status409Conflict, $"It cannot be read now: {error.Message}");
        }
    }

    private static Task WithJobAsync(HttpContext context, StudioSite site, Func<HttpContext, StudioSite, IStudioRun, Task> answer)
    {
        var name = Route(context, "name");
        return site.Store.Find(name) is { } run
            ? answer(context, site, run)
            : FailAsync(context, StatusCodes.Status404NotFound, $"Job '{name}' was not found.");
    }

    private static Task SendPageAsync(HttpContext context, StudioSite site)
    {
        if (context.Request.Path == "/studio")
        {
            context.Response.Redirect("/studio/"); // Addresses of the page are relative to its folder.
            return Task.CompletedTask;
        }

        var path = Route(context, "path") is { Length: > 0 } given ? given : "index.html";
        if (PageFiles.Open(path) is not { } file)
            return FailAsync(context, StatusCodes.Status404NotFound, $"The studio has no '{path}'.");
        return TypedResults.Stream(file, PageFiles.ContentTypeOf(path)).ExecuteAsync(context);
    }

    private static Task SendJobsAsync(HttpContext context, StudioSite site)
    {
        var now = site.Time.GetUtcNow();
        return SendAsync(context, new() { ["jobs"] = Json.Of(site.Store.List().Select(JsonNode? (run) => JobQuery.Summary(run, now))) });
    }

    private static Task SendMetricsAsync(HttpContext context, IStudioRun run)
    {
        var names = List(context, "names");
        if (names.Length > MetricsQuery.MostNames)
        {
            return FailAsync(
                context,
                StatusCodes.Status400BadRequest,
                $"names has {names.Length} names; it must have at most {MetricsQuery.MostNames}."
            );
        }

        var points = (int)Math.Clamp(Number(context, "points") ?? DefaultPoints, LargestTriangle.Fewest, MetricsQuery.MostPoints);
        return SendAsync(context, MetricsQuery.Read(run, names, points, Number(context, "from") ?? long.MinValue));
    }

    private static async Task SendLogAsync(HttpContext context, IStudioRun run)
    {
        await using var log = run.OpenLog() ?? Stream.Null;
        var window = LogWindow.Read(log, Number(context, "offset") ?? -LogWindow.Longest, Number(context, "length") ?? LogWindow.Longest);
        var response = context.Response;
        response.Headers["X-Log-Offset"] = window.Offset.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-Log-Bytes"] = window.Bytes.ToString(CultureInfo.InvariantCulture);
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        response.ContentType = "text/plain; charset=utf-8";
        response.ContentLength = window.Content.Length;
        await response.Body.WriteAsync(window.Content, context.RequestAborted);
    }

    private static async Task SearchAsync(HttpContext context, IStudioRun run)
    {
        var text = context.Request.Query["text"].ToString();
        if (text.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(text) > LogSearch.LongestText)
        {
            await FailAsync(context, StatusCodes.Status400BadRequest, $"text must have from 1 to {LogSearch.LongestText} bytes.");
            return;
        }

        await using var log = run.OpenLog() ?? Stream.Null;
        var limit = (int)Math.Clamp(Number(context, "limit") ?? 200, 1, 200);
        var isBackwards = context.Request.Query["direction"] == "previous";
        var found = isBackwards
            ? LogSearch.Previous(log, text, Number(context, "from") ?? log.Length, limit)
            : LogSearch.Next(log, text, Number(context, "from") ?? 0, limit);
        await SendAsync(
            context,
            new()
            {
                ["matches"] = Json.Of(
                    found.Matches.Select(JsonNode? (match) => new JsonObject { ["offset"] = match.Offset, ["text"] = match.Text })
                ),
                ["scannedTo"] = found.ScannedTo,
                ["bytes"] = found.Bytes,
            }
        );
    }

    private static async Task FindErrorAsync(HttpContext context, IStudioRun run)
    {
        await using var log = run.OpenLog() ?? Stream.Null;
        await SendAsync(context, new() { ["offset"] = LogSearch.FirstError(log) });
    }

    private static Task SendArtifactAsync(HttpContext context, IStudioRun run)
    {
        var path = Route(context, "path");
        if (run.OpenArtifact(path) is not { } file)
            return FailAsync(context, StatusCodes.Status404NotFound, $"Artifact '{path}' of job '{run.Name}' was not found.");
        var picture = PictureType.Of(file);
        context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        if (picture is null)
        {
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(path.Split('/')[^1]);
            context.Response.Headers.ContentDisposition = disposition.ToString();
        }

        return TypedResults.Stream(file, picture ?? "application/octet-stream", enableRangeProcessing: true).ExecuteAsync(context);
    }

    private static Task SendImageAsync(HttpContext context, IStudioRun run)
    {
        var path = Route(context, "path");
        var file = run.ImagesFault is null ? run.OpenImage(path) : null;
        if (file is null)
            return FailAsync(context, StatusCodes.Status404NotFound, run.ImagesFault ?? $"The dataset has no image '{path}'.");
        if (PictureType.Of(file) is not { } type)
        {
            file.Dispose();
            return FailAsync(context, StatusCodes.Status415UnsupportedMediaType, $"'{path}' is no PNG, JPEG, GIF or WebP file.");
        }

        context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        return TypedResults.Stream(file, type).ExecuteAsync(context);
    }

    private static JsonObject DescribeImages(IStudioRun run)
    {
        var images = JobFiles.Images(run);
        var fault = images.Count == 0 ? "The job has written no ground truth yet; it does at its evaluation." : run.ImagesFault;
        return new()
        {
            ["images"] = images,
            ["available"] = fault is null,
            ["reason"] = fault,
        };
    }

    private static Task SendSweepAsync(HttpContext context, StudioSite site) =>
        site.Store.FindSweep(Route(context, "name")) is { } sweep
            ? SendAsync(context, SweepQuery.Read(sweep))
            : FailAsync(context, StatusCodes.Status404NotFound, $"Sweep '{Route(context, "name")}' was not found.");

    private static Task CompareAsync(HttpContext context, StudioSite site)
    {
        var names = List(context, "jobs");
        if (names.Length is 0 or > ComparisonQuery.MostJobs)
            return FailAsync(context, StatusCodes.Status400BadRequest, $"jobs must name from 1 to {ComparisonQuery.MostJobs} jobs.");
        var runs = names.Select(site.Store.Find).OfType<IStudioRun>().ToList();
        return runs.Count == names.Length
            ? SendAsync(context, ComparisonQuery.Read(runs))
            : FailAsync(context, StatusCodes.Status404NotFound, "One of the jobs was not found.");
    }

    private static Task SendDatasetAsync(HttpContext context, StudioSite site, IStudioRun run)
    {
        var (data, fault) = run.ReadDataCheck();
        return SendAsync(
            context,
            new()
            {
                ["available"] = data is not null,
                ["reason"] = fault,
                ["data"] = data?.DeepClone(),
            }
        );
    }

    private static Task CancelAsync(HttpContext context, StudioSite site, IStudioRun run)
    {
        if (Refusal(context, site.Store.Facts.CanCancel, run) is var (status, reason))
            return FailAsync(context, status, reason);
        site.Store.Cancel(run.Name);
        return AcceptAsync(context, run.Name);
    }

    private static Task ResubmitAsync(HttpContext context, StudioSite site, IStudioRun run)
    {
        if (Refusal(context, site.Store.Facts.CanResubmit, run) is var (status, reason))
            return FailAsync(context, status, reason);
        var (name, fault) = site.Store.Resubmit(run.Name);
        return name is null ? FailAsync(context, StatusCodes.Status409Conflict, fault!) : AcceptAsync(context, name);
    }

    private static (int Status, string Reason)? Refusal(HttpContext context, bool isPossible, IStudioRun run)
    {
        if (!isPossible)
            return (StatusCodes.Status501NotImplemented, "Jobs of this store can only be looked at.");
        return StudioGuard.IsConfirmed(context.Request, run.Name)
            ? null
            : (StatusCodes.Status428PreconditionRequired, $"The header {StudioGuard.Confirmation} must name the job, '{run.Name}'.");
    }

    private static Task AcceptAsync(HttpContext context, string job)
    {
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return SendAsync(context, new() { ["job"] = job });
    }

    private static JsonObject Describe(StoreFacts facts) =>
        new()
        {
            ["kind"] = facts.Kind,
            ["name"] = facts.Name,
            ["features"] = new JsonObject
            {
                ["cancel"] = facts.CanCancel,
                ["resubmit"] = facts.CanResubmit,
                ["clusters"] = facts.HasClusters,
            },
        };

    private static JsonObject Describe(IEnumerable<Artifact> artifacts) =>
        new()
        {
            ["artifacts"] = Json.Of(
                artifacts.Select(
                    JsonNode? (artifact) =>
                        new JsonObject
                        {
                            ["path"] = artifact.Path,
                            ["bytes"] = artifact.Bytes,
                            ["modified"] = Json.Of(artifact.Modified),
                        }
                )
            ),
        };

    private static Task FailAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        return SendAsync(context, new() { ["error"] = reason });
    }

    private static async Task SendAsync(HttpContext context, JsonObject json)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.WriteAsync(json.ToJsonString(), context.RequestAborted);
    }

    private static string Route(HttpContext context, string name) => context.Request.RouteValues[name] as string ?? "";

    private static string[] List(HttpContext context, string name) =>
        [.. context.Request.Query[name].OfType<string>().Where(value => value.Length > 0)];

    private static long? Number(HttpContext context, string name) =>
        long.TryParse(context.Request.Query[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
