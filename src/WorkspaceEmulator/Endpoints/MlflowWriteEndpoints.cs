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

internal static class MlflowWriteEndpoints
{
    public static void MapMlflowWriting(this RouteGroupBuilder mlflow)
    {
        mlflow.MapPost("/runs/create", Create).Emulates(MlflowEndpoints.Area, "runs/create", "Creates a run that is not a job.");
        mlflow
            .MapPost("/runs/update", Update)
            .Emulates(MlflowEndpoints.Area, "runs/update", "Changes the name, and the status of a run that is not a job.");
        mlflow.MapPost("/runs/log-metric", LogMetric).Emulates(MlflowEndpoints.Area, "runs/log-metric");
        mlflow
            .MapPost("/runs/log-parameter", LogParameter)
            .Emulates(MlflowEndpoints.Area, "runs/log-parameter", "A parameter never changes: 400.");
        mlflow.MapPost("/runs/log-batch", LogBatch).Emulates(MlflowEndpoints.Area, "runs/log-batch", "All of it or nothing.");
        mlflow.MapPost("/runs/set-tag", SetTag).Emulates(MlflowEndpoints.Area, "runs/set-tag", "The tags are the job's tags in ARM.");
    }

    private static MlflowResponse Create(Workspace workspace, JsonBody body, Caller caller, RunFactory runs, EmulatorAddress address)
    {
        if (!caller.IsOwner)
            return MlflowErrors.Of(403, "PERMISSION_DENIED", "A job's token cannot make runs; log to the job's own run, MLFLOW_RUN_ID.");
        var id = body.Json.Text("experiment_id") ?? "";
        if (workspace.Experiments.Find(id) is not { } experiment)
            return MlflowErrors.NotFound($"Experiment '{id}' was not found.");
        var tags = Pairs(body.Json.Array("tags"));
        var name = Guid.NewGuid().ToString();
        var run = runs.TryCreate(
            workspace,
            name,
            experiment.Name,
            RunStatus.Running,
            body.Json.Text("run_name") ?? tags.GetValueOrDefault("mlflow.runName") ?? name,
            null,
            tags,
            new Dictionary<string, string>(StringComparer.Ordinal)
        )!;
        return TypedResults.Ok(new JsonObject { ["run"] = MlflowResource.Render(run, workspace, address.Endpoint) });
    }

    private static MlflowResponse Update(Workspace workspace, JsonBody body, Caller caller, EmulatorAddress address)
    {
        if (Find(workspace, body, caller) is not { } run)
            return NotFound(body);
        var status = RunStatusExtensions.FromMlflow(body.Json.Text("status"));
        if (body.Json.Text("status") is { } text && status is null)
            return MlflowErrors.InvalidParameter($"status is '{text}'; it must be RUNNING, SCHEDULED, FINISHED, FAILED or KILLED.");
        if (status is { } next && !run.IsJob)
            run.TryMoveTo(next);
        if (body.Json.Text("run_name") is { } name)
            run.Update(document => document with { DisplayName = name });
        return TypedResults.Ok(new JsonObject { ["run_info"] = MlflowResource.RenderInfo(run, workspace, address.Endpoint) });
    }

    private static MlflowResponse LogMetric(Workspace workspace, JsonBody body, Caller caller, TimeProvider time)
    {
        if (Find(workspace, body, caller) is not { } run)
            return NotFound(body);
        if (MetricPoint.Read(body.Json, time.GetUtcNow().ToUnixTimeMilliseconds()) is not { } point)
            return MlflowErrors.InvalidParameter("key or value is missing; a metric has a key and a number.");
        run.Metrics.Add([point]);
        return Done();
    }

    private static MlflowResponse LogParameter(Workspace workspace, JsonBody body, Caller caller)
    {
        if (Find(workspace, body, caller) is not { } run)
            return NotFound(body);
        if (body.Json.Text("key") is not { Length: > 0 } key || body.Json.Text("value") is not { } value)
            return MlflowErrors.InvalidParameter("key or value is missing; a parameter has both, as texts.");
        return SetParameters(run, new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value });
    }

    private static MlflowResponse LogBatch(Workspace workspace, JsonBody body, Caller caller, TimeProvider time)
    {
        if (Find(workspace, body, caller) is not { } run)
            return NotFound(body);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var points = (body.Json.Array("metrics") ?? []).Select(metric => MetricPoint.Read(metric, now)).ToList();
        if (points.Contains(null))
            return MlflowErrors.InvalidParameter($"metrics[{points.IndexOf(null)}] has no key or no number as value.");
        var parameters = Pairs(body.Json.Array("params"));
        if (parameters.Count > 0 && SetParameters(run, parameters) is { Result: not Ok<JsonObject> } refused)
            return refused;
        run.Metrics.Add([.. points.OfType<MetricPoint>()]);
        if (Pairs(body.Json.Array("tags")) is { Count: > 0 } tags)
            run.SetTags(tags);
        return Done();
    }

    private static MlflowResponse SetTag(Workspace workspace, JsonBody body, Caller caller)
    {
        if (Find(workspace, body, caller) is not { } run)
            return NotFound(body);
        if (body.Json.Text("key") is not { Length: > 0 } key)
            return MlflowErrors.InvalidParameter("key is missing; a tag must have one.");
        run.SetTags([new(key, body.Json.Text("value") ?? "")]);
        return Done();
    }

    private static MlflowResponse SetParameters(Run run, Dictionary<string, string> added)
    {
        string? changed = null;
        run.Update(document =>
        {
            changed = added.Keys.FirstOrDefault(key => document.Parameters.TryGetValue(key, out var old) && old != added[key]);
            return changed is null ? document with { Parameters = Run.Merge(document.Parameters, added) } : document;
        });
        return changed is null
            ? Done()
            : MlflowErrors.InvalidParameter(
                $"Parameter '{changed}' of run '{run.Name}' has the value '{run.Document.Parameters[changed]}' and cannot be changed."
            );
    }

    private static Run? Find(Workspace workspace, JsonBody body, Caller caller) => MlflowEndpoints.Find(workspace, Id(body), caller);

    private static JsonHttpResult<JsonObject> NotFound(JsonBody body) => MlflowEndpoints.RunNotFound(Id(body));

    private static string? Id(JsonBody body) => body.Json.Text("run_id") ?? body.Json.Text("run_uuid");

    private static Ok<JsonObject> Done() => TypedResults.Ok(new JsonObject());

    private static Dictionary<string, string> Pairs(JsonArray? pairs)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs ?? [])
        {
            if (pair.Text("key") is { Length: > 0 } key)
                texts[key] = pair.Text("value") ?? "";
        }

        return texts;
    }
}
