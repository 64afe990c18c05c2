using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Computes;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Page;

/// <summary>Maps the page that shows jobs, and its data. It changes nothing.</summary>
internal static class PageEndpoints
{
    private const string Area = "The page";
    private const int LogTail = 64 * 1024;
    private const int CurvePoints = 400;
    private const string ContentPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:";

    public static void MapPage(this WebApplication application)
    {
        application
            .MapGet("/", GetPage)
            .Emulates(Area, "Page", "Workspaces, clusters and jobs; open it once as `/?token=…` to get a cookie.");
        application.MapGet("/page/overview", GetOverview).Emulates(Area, "Overview", "What the page lists.");
        application.MapGet("/page/run", GetRun).Emulates(Area, "Run", "The end of the log and the curves of one job.");
    }

    private static PushStreamHttpResult GetPage(HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = ContentPolicy;
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        return TypedResults.Stream(
            async stream =>
            {
                await using var page = typeof(PageEndpoints).Assembly.GetManifestResourceStream("page.html")!;
                await page.CopyToAsync(stream);
            },
            "text/html; charset=utf-8"
        );
    }

    private static Ok<JsonArray> GetOverview(WorkspaceStore workspaces, TimeProvider time) =>
        TypedResults.Ok(
            workspaces
                .All.OrderBy(workspace => workspace.Name.Key, StringComparer.Ordinal)
                .Select(
                    JsonNode? (workspace) =>
                        new JsonObject
                        {
                            ["id"] = workspace.Name.Key,
                            ["name"] = workspace.Name.Name,
                            ["resourceGroup"] = workspace.Name.ResourceGroup,
                            ["clusters"] = workspace
                                .Clusters.Values.OrderBy(cluster => cluster.Name, StringComparer.Ordinal)
                                .Select(JsonNode? (cluster) => Describe(cluster, time))
                                .ToJsonArray(),
                            ["jobs"] = workspace
                                .Runs.Values.OrderByDescending(run => run.Document.CreatedAt)
                                .Take(100)
                                .Select(JsonNode? (run) => Describe(run))
                                .ToJsonArray(),
                        }
                )
                .ToJsonArray()
        );

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> GetRun(
        string workspace,
        string name,
        WorkspaceStore workspaces
    )
    {
        var found = workspaces.All.FirstOrDefault(known => known.Name.Key == workspace);
        if (found is null || !found.Runs.TryGetValue(name, out var run))
            return ArmErrors.NotFound($"Run '{name}' was not found.");
        var json = Describe(run);
        json["log"] = ReadTail(run);
        json["tags"] = run.Document.Tags.ToJson();
        json["latest"] = run.Metrics.Latest().Select(JsonNode? (point) => point.ToJson()).ToJsonArray();
        json["curves"] = new JsonObject(
            run.Metrics.Latest()
                .Where(point => point.Key.Contains("loss", StringComparison.Ordinal) || point.Key == "eval_mAP")
                .Select(point => KeyValuePair.Create<string, JsonNode?>(point.Key, Thin(run.Metrics.History(point.Key))))
        );
        return TypedResults.Ok(json);
    }

    private static JsonObject Describe(Cluster cluster, TimeProvider time)
    {
        var now = cluster.Snapshot(time.GetUtcNow());
        return new JsonObject
        {
            ["name"] = cluster.Name,
            ["vmSize"] = cluster.Settings.Size.Name,
            ["state"] = now.ProvisioningState,
            ["maxNodes"] = cluster.Settings.MaxNodes,
            ["nodes"] = now
                .Nodes.Select(
                    JsonNode? (node) => new JsonObject { ["state"] = node.State.ToString().ToLowerInvariant(), ["run"] = node.RunId }
                )
                .ToJsonArray(),
        };
    }

    private static JsonObject Describe(Run run) =>
        new JsonObject
        {
            ["name"] = run.Name,
            ["displayName"] = run.Document.DisplayName,
            ["experiment"] = run.Document.ExperimentName,
            ["status"] = run.Status.ToString(),
            ["created"] = run.Document.CreatedAt.ToString("O"),
            ["started"] = run.Document.StartedAt?.ToString("O"),
            ["ended"] = run.Document.EndedAt?.ToString("O"),
            ["compute"] = run.ComputeName,
            ["error"] = run.Document.ErrorMessage,
        };

    // Every n-th value and always the last: more points than pixels add nothing to a curve.
    private static JsonArray Thin(IReadOnlyList<MetricPoint> points)
    {
        var every = Math.Max(1, points.Count / CurvePoints);
        return points
            .Where((point, i) => double.IsFinite(point.Value) && (i % every == 0 || i == points.Count - 1))
            .Select(JsonNode? (point) => new JsonArray(point.Step, point.Value))
            .ToJsonArray();
    }

    private static string ReadTail(Run run)
    {
        if (run.Files.OpenRead(run.CommandLog) is not { } file)
            return "";
        using var stream = new FileSnapshot(file);
        stream.Seek(-Math.Min(stream.Length, LogTail), SeekOrigin.End);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
