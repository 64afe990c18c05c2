using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Mlflow;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;
using MlflowResponse = Microsoft.AspNetCore.Http.HttpResults.Results<
    Microsoft.AspNetCore.Http.HttpResults.Ok<System.Text.Json.Nodes.JsonObject>,
    Microsoft.AspNetCore.Http.HttpResults.JsonHttpResult<System.Text.Json.Nodes.JsonObject>
>;

namespace WorkspaceEmulator.Endpoints;

/// <summary>Maps MLflow's tracking REST 2.0: reading of runs. <see cref="MlflowWriteEndpoints"/> maps writing.</summary>
internal static class MlflowEndpoints
{
    public const string Area = "MLflow tracking";
    private const int HistoryPageSize = 1000;
    private const int BulkPoints = 2500;
    private const int MostBulkRuns = 100;
    private const int SearchPageSize = 1000;

    public static void MapMlflow(this RouteGroupBuilder mlflow)
    {
        mlflow.MapMlflowExperiments();
        mlflow.MapGet("/runs/get", GetRun).Emulates(Area, "runs/get");
        mlflow
            .MapPost("/runs/search", SearchRuns)
            .Emulates(
                Area,
                "runs/search",
                "Comparisons of metrics, params, tags and attributes joined by AND; as on Azure, no `!=` for tags, and `order_by` for "
                    + "attributes only; paging."
            );
        mlflow
            .MapGet("/metrics/get-history", GetHistory)
            .Emulates(Area, "metrics/get-history", "Paged by `max_results` and `page_token`; 1000 per page.");
        mlflow.MapGet("/metrics/get-history-bulk", GetHistories).Emulates(Area, "metrics/get-history-bulk", "`run_id` may repeat.");
        mlflow
            .MapGet("/metrics/get-history-bulk-interval", GetIntervals)
            .Emulates(Area, "metrics/get-history-bulk-interval", "At most 2500 points of a run, the last one among them.");
        mlflow.MapGet("/artifacts/list", ListArtifacts).Emulates(Area, "artifacts/list", "One folder at a time.");
        mlflow.MapMlflowWriting();
        mlflow.MapMlflowModels();
        mlflow.MapMlflowAliases();
        mlflow.Map("/{**path}", (HttpContext context) => NotEmulated(context)).WithOrder(1);
    }

    public static JsonHttpResult<JsonObject> RunNotFound(string? id) =>
        string.IsNullOrEmpty(id)
            ? MlflowErrors.InvalidParameter(MlflowLimits.Missing("run_id"))
            : MlflowErrors.NotFound($"Run '{id}' was not found.");

    public static Run? Find(Workspace workspace, string? id, Caller caller) =>
        id is not null && workspace.Runs.TryGetValue(id, out var run) && RunTree.MayUse(caller, run, workspace) ? run : null;

    // Azure responds with 404 and no body to requests for logged models, which MLflow 3 sends first.
    private static IResult NotEmulated(HttpContext context) =>
        (context.Request.RouteValues["path"] as string ?? "").StartsWith("logged-models", StringComparison.Ordinal)
            ? TypedResults.NotFound()
            : MlflowErrors.Of(
                501,
                "NOT_IMPLEMENTED",
                $"{context.Request.Method} {context.Request.Path} is not emulated. docs/emulator.md lists the operations that are."
            );

    private static MlflowResponse GetRun(Workspace workspace, string? run_id, string? run_uuid, Caller caller, EmulatorAddress address) =>
        Find(workspace, run_id ?? run_uuid, caller) is { } run
            ? TypedResults.Ok(new JsonObject { ["run"] = MlflowResource.Render(run, workspace, address.Endpoint) })
            : RunNotFound(run_id ?? run_uuid);

    private static MlflowResponse SearchRuns(Workspace workspace, JsonBody body, Caller caller, EmulatorAddress address)
    {
        var experiments = MlflowPage
            .Texts(body.Json, "experiment_ids")
            .Select(id => workspace.Experiments.Find(id)?.Name)
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        var (matches, fault) = SearchFilter.Parse<Run>(body.Json.Text("filter"), SearchFields.OfRun);
        if (matches is null)
            return MlflowErrors.InvalidParameter(fault!);
        var view = body.Json.Text("run_view_type");
        var found = workspace
            .Runs.Values.Where(run => experiments.Contains(run.Document.ExperimentName) && RunTree.MayUse(caller, run, workspace))
            .Where(run => view == "ALL" || run.Document.IsArchived == (view == "DELETED_ONLY"))
            .Where(matches)
            .OrderByDescending(run => run.Document.Number);
        var (sorted, orderFault) = SearchFilter.Sort(found, MlflowPage.Texts(body.Json, "order_by"), SearchFields.OfRun);
        return sorted is null
            ? MlflowErrors.InvalidParameter(orderFault!)
            : MlflowPage.Create("runs", sorted, body.Json, SearchPageSize, run => MlflowResource.Render(run, workspace, address.Endpoint));
    }

    private static MlflowResponse GetHistory(
        Workspace workspace,
        string? run_id,
        string? metric_key,
        int? max_results,
        string? page_token,
        Caller caller
    )
    {
        if (Find(workspace, run_id, caller) is not { } run)
            return RunNotFound(run_id);
        if (string.IsNullOrEmpty(metric_key))
            return MlflowErrors.InvalidParameter("metric_key is missing; it must name a metric.");
        var history = run.Metrics.History(metric_key);
        var size = Math.Clamp(max_results ?? HistoryPageSize, 1, HistoryPageSize);
        var skip = MlflowPage.Skip(page_token);
        var response = new JsonObject
        {
            ["metrics"] = history.Skip(skip).Take(size).Select(JsonNode? (point) => point.ToJson()).ToJsonArray(),
        };
        if ((long)skip + size < history.Count)
            response["next_page_token"] = (skip + size).ToString();
        return TypedResults.Ok(response);
    }

    private static MlflowResponse GetHistories(
        Workspace workspace,
        HttpRequest request,
        string? metric_key,
        int? max_results,
        Caller caller
    ) => Histories(workspace, request.Query["run_id"], metric_key, caller, points => points.Take(max_results ?? int.MaxValue));

    private static MlflowResponse GetIntervals(
        Workspace workspace,
        HttpRequest request,
        string? metric_key,
        long? start_step,
        long? end_step,
        int? max_results,
        Caller caller
    )
    {
        var most = Math.Clamp(max_results ?? BulkPoints, 1, BulkPoints);
        return Histories(workspace, request.Query["run_ids"], metric_key, caller, points =>
            Sample([.. points.Where(point => point.Step >= (start_step ?? 0) && point.Step <= (end_step ?? long.MaxValue))], most)
        );
    }

    private static MlflowResponse Histories(
        Workspace workspace,
        StringValues ids,
        string? key,
        Caller caller,
        Func<IEnumerable<MetricPoint>, IEnumerable<MetricPoint>> select
    )
    {
        if (ids.Count == 0)
            return MlflowErrors.InvalidParameter("GetMetricHistoryBulk request must specify at least one run_id.");
        if (ids.Count > MostBulkRuns)
        {
            return MlflowErrors.InvalidParameter(
                $"GetMetricHistoryBulk request cannot specify more than {MostBulkRuns} run_ids. Received {ids.Count} run_ids."
            );
        }

        if (string.IsNullOrEmpty(key))
            return MlflowErrors.InvalidParameter("GetMetricHistoryBulk request must specify a metric_key.");
        var metrics = new JsonArray();
        foreach (var id in ids)
        {
            if (Find(workspace, id, caller) is not { } run)
                return RunNotFound(id);
            foreach (var point in select(run.Metrics.History(key)))
            {
                var json = point.ToJson();
                json["run_id"] = run.Name;
                metrics.Add((JsonNode)json);
            }
        }

        return TypedResults.Ok(new JsonObject { ["metrics"] = metrics });
    }

    private static IEnumerable<MetricPoint> Sample(IReadOnlyList<MetricPoint> points, int most)
    {
        if (points.Count <= most)
            return points;
        var step = (points.Count + most - 1) / most;
        return points.Where((_, number) => number % step == 0 || number == points.Count - 1);
    }

    private static MlflowResponse ListArtifacts(Workspace workspace, string? run_id, string? path, Caller caller, EmulatorAddress address)
    {
        if (Find(workspace, run_id, caller) is not { } run)
            return RunNotFound(run_id);
        var prefix = string.IsNullOrEmpty(path) ? "" : path.TrimEnd('/') + "/";
        var files = run
            .Artifacts.List(prefix)
            .GroupBy(file => prefix + file[prefix.Length..].Split('/')[0], StringComparer.Ordinal)
            .Select(
                JsonNode? (entry) =>
                {
                    var json = new JsonObject { ["path"] = entry.Key, ["is_dir"] = entry.First() != entry.Key };
                    if (entry.First() == entry.Key && run.Artifacts.Find(entry.Key) is { } file)
                        json["file_size"] = file.Length;
                    return json;
                }
            );
        return TypedResults.Ok(
            new JsonObject { ["root_uri"] = MlflowResource.ArtifactUri(run, address.Endpoint), ["files"] = files.ToJsonArray() }
        );
    }
}
