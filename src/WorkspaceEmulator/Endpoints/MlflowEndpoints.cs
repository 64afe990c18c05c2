using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
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

/// <summary>Maps MLflow's tracking REST 2.0: experiments, and reading of runs. <see cref="MlflowWriteEndpoints"/> maps writing.</summary>
internal static class MlflowEndpoints
{
    public const string Area = "MLflow tracking";
    private const int HistoryPageSize = 1000;
    private const int SearchPageSize = 100;

    public static void MapMlflow(this RouteGroupBuilder mlflow)
    {
        mlflow.MapGet("/experiments/get", GetExperiment).Emulates(Area, "experiments/get");
        mlflow.MapGet("/experiments/get-by-name", GetExperimentByName).Emulates(Area, "experiments/get-by-name");
        mlflow.MapPost("/experiments/search", SearchExperiments).Emulates(Area, "experiments/search", "Returns all; no filter.");
        mlflow.MapPost("/experiments/create", CreateExperiment).Emulates(Area, "experiments/create");
        mlflow.MapGet("/runs/get", GetRun).Emulates(Area, "runs/get");
        mlflow
            .MapPost("/runs/search", SearchRuns)
            .Emulates(Area, "runs/search", "Comparisons of metrics, params, tags and attributes joined by AND; `order_by`; paging.");
        mlflow
            .MapGet("/metrics/get-history", GetHistory)
            .Emulates(Area, "metrics/get-history", "Paged by `max_results` and `page_token`; 1000 per page.");
        mlflow.MapGet("/artifacts/list", ListArtifacts).Emulates(Area, "artifacts/list", "One folder at a time.");
        mlflow.MapMlflowWriting();
    }

    public static JsonHttpResult<JsonObject> RunNotFound(string? id) => MlflowErrors.NotFound($"Run '{id}' was not found.");

    public static Run? Find(Workspace workspace, string? id, Caller caller) =>
        id is not null && workspace.Runs.TryGetValue(id, out var run) && caller.MayUse(run.Key) ? run : null;

    private static MlflowResponse GetExperiment(Workspace workspace, string? experiment_id, EmulatorAddress address) =>
        Describe(workspace.Experiments.Find(experiment_id ?? ""), experiment_id, workspace, address);

    private static MlflowResponse GetExperimentByName(Workspace workspace, string? experiment_name, EmulatorAddress address) =>
        Describe(workspace.Experiments.FindByName(experiment_name ?? ""), experiment_name, workspace, address);

    private static MlflowResponse Describe(Experiment? experiment, string? wanted, Workspace workspace, EmulatorAddress address) =>
        experiment is null
            ? MlflowErrors.NotFound($"Experiment '{wanted}' was not found.")
            : TypedResults.Ok(new JsonObject { ["experiment"] = MlflowResource.Render(experiment, workspace, address.Endpoint) });

    private static Ok<JsonObject> SearchExperiments(Workspace workspace, EmulatorAddress address) =>
        TypedResults.Ok(
            new JsonObject
            {
                ["experiments"] = workspace
                    .Experiments.List()
                    .OrderByDescending(experiment => experiment.CreatedAt)
                    .Select(JsonNode? (experiment) => MlflowResource.Render(experiment, workspace, address.Endpoint))
                    .ToJsonArray(),
            }
        );

    private static MlflowResponse CreateExperiment(Workspace workspace, JsonBody body)
    {
        if (body.Json.Text("name") is not { Length: > 0 } name)
            return MlflowErrors.InvalidParameter("name is missing; an experiment must have one.");
        return workspace.Experiments.FindByName(name) is not null
            ? MlflowErrors.Of(400, "RESOURCE_ALREADY_EXISTS", $"Experiment '{name}' already exists.")
            : TypedResults.Ok(new JsonObject { ["experiment_id"] = workspace.Experiments.GetOrCreate(name).Id });
    }

    private static MlflowResponse GetRun(Workspace workspace, string? run_id, Caller caller, EmulatorAddress address) =>
        Find(workspace, run_id, caller) is { } run
            ? TypedResults.Ok(new JsonObject { ["run"] = MlflowResource.Render(run, workspace, address.Endpoint) })
            : RunNotFound(run_id);

    private static MlflowResponse SearchRuns(Workspace workspace, JsonBody body, Caller caller, EmulatorAddress address)
    {
        var experiments = Texts(body.Json.Array("experiment_ids"))
            .Select(id => workspace.Experiments.Find(id)?.Name)
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        var (matches, fault) = RunFilter.Parse(body.Json.Text("filter"));
        if (matches is null)
            return MlflowErrors.InvalidParameter(fault!);
        var view = body.Json.Text("run_view_type");
        var found = workspace
            .Runs.Values.Where(run => experiments.Contains(run.Document.ExperimentName) && caller.MayUse(run.Key))
            .Where(run => view == "ALL" || run.Document.IsArchived == (view == "DELETED_ONLY"))
            .Where(matches);
        var (sorted, orderFault) = RunFilter.Sort(found, [.. Texts(body.Json.Array("order_by"))]);
        if (sorted is null)
            return MlflowErrors.InvalidParameter(orderFault!);

        var size = (int)Math.Clamp(body.Json.Integer("max_results") ?? SearchPageSize, 1, 50000);
        var skip = Skip(body.Json.Text("page_token"));
        var page = sorted.Skip(skip).Take(size + 1).ToList();
        var response = new JsonObject
        {
            ["runs"] = page.Take(size).Select(JsonNode? (run) => MlflowResource.Render(run, workspace, address.Endpoint)).ToJsonArray(),
        };
        if (page.Count > size)
            response["next_page_token"] = (skip + size).ToString();
        return TypedResults.Ok(response);
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
        var skip = Skip(page_token);
        var response = new JsonObject
        {
            ["metrics"] = history.Skip(skip).Take(size).Select(JsonNode? (point) => point.ToJson()).ToJsonArray(),
        };
        if ((long)skip + size < history.Count)
            response["next_page_token"] = (skip + size).ToString();
        return TypedResults.Ok(response);
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

    private static int Skip(string? token) => int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var skip) ? skip : 0;

    private static IEnumerable<string> Texts(JsonArray? array) =>
        (array ?? []).Select(node => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null).OfType<string>();
}
