using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.References;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

internal static class RunHistoryEndpoints
{
    private const string Area = "Run history";

    public static void MapRunHistory(this RouteGroupBuilder history)
    {
        history
            .MapPost("/rundata", GetData)
            .Emulates(Area, "rundata", "Members `runId`, `selectRunMetadata`, `selectRunDefinition`, `selectJobSpecification`.");
        // Azure ML serves the same run with and without its experiment in the path.
        foreach (var prefix in new[] { "", "/experiments/{experiment}", "/experimentids/{experimentId}" })
        {
            history.MapGet(prefix + "/runs/{runId}", Get).Emulates(Area, "Runs_Get");
            history
                .MapPatch(prefix + "/runs/{runId}", Patch)
                .Emulates(Area, "Runs_Update", "Tags, properties, display name and description.");
            history
                .MapGet(prefix + "/runs/{runId}/details", GetDetails)
                .Emulates(Area, "Runs_GetDetails", "`logFiles` addresses are signed for an hour.");
            history
                .MapGet(prefix + "/runs/{runId}/children", GetChildren)
                .Emulates(Area, "Runs_GetChild", "Runs whose `mlflow.parentRunId` tag names the run.");
        }
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<JsonObject>> Get(
        Workspace workspace,
        string runId,
        Caller caller,
        TimeProvider time
    ) => Find(workspace, runId, caller) is { } run ? TypedResults.Ok(Render(run, workspace)) : NotFound(runId, time);

    private static Results<Ok<JsonObject>, JsonHttpResult<JsonObject>> GetDetails(
        Workspace workspace,
        string runId,
        Caller caller,
        SignedLogs logs,
        TimeProvider time
    ) =>
        Find(workspace, runId, caller) is { } run
            ? TypedResults.Ok(RunResource.RenderDetails(run, logs.AddressesOf(run)))
            : NotFound(runId, time);

    private static Results<Ok<JsonObject>, JsonHttpResult<JsonObject>> GetChildren(
        Workspace workspace,
        string runId,
        Caller caller,
        TimeProvider time
    )
    {
        if (Find(workspace, runId, caller) is not { } parent)
            return NotFound(runId, time);
        var children = workspace
            .Runs.Values.Where(run => caller.MayUse(run.Key) && run.Document.Tags.GetValueOrDefault("mlflow.parentRunId") == parent.Name)
            .OrderBy(run => run.Document.Number)
            .Select(run => (JsonNode)Render(run, workspace));
        return TypedResults.Ok(new JsonObject { ["value"] = children.ToJsonArray() });
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<JsonObject>> GetData(
        Workspace workspace,
        JsonBody body,
        Caller caller,
        TimeProvider time
    )
    {
        var id = body.Json.Text("runId") ?? body.Json.Text("run_id");
        if (id is null || Find(workspace, id, caller) is not { } run)
            return NotFound(id ?? "", time);
        var data = new JsonObject { ["runMetadata"] = Render(run, workspace) };
        if (run.Document.Definition is { } definition && body.Json.Flag("selectRunDefinition"))
            data["runDefinition"] = definition.Clone();
        if (run.Document.Definition is { } specification && body.Json.Flag("selectJobSpecification"))
            data["jobSpecification"] = specification.Clone();
        return TypedResults.Ok(data);
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<JsonObject>> Patch(
        Workspace workspace,
        string runId,
        JsonBody body,
        Caller caller,
        TimeProvider time
    )
    {
        if (Find(workspace, runId, caller) is not { } run)
            return NotFound(runId, time);
        if (body.Json is not { } json)
            return DataPlaneErrors.Of(400, "UserError", "The request body must be a JSON object.", time);
        run.Update(document =>
            document with
            {
                Tags = Run.Merge(document.Tags, json.Texts("tags")),
                Properties = Run.Merge(
                    document.Properties,
                    json.Texts("properties").Where(pair => !document.Properties.ContainsKey(pair.Key))
                ),
                DisplayName = json.Text("displayName") ?? document.DisplayName,
                Description = json.Text("description") ?? document.Description,
            }
        );
        return TypedResults.Ok(Render(run, workspace));
    }

    private static JsonObject Render(Run run, Workspace workspace)
    {
        var json = RunResource.Render(run, workspace.Experiments);
        if (run.IsJob)
            json["outputs"] = OutputAssets.Describe(run);
        return json;
    }

    private static Run? Find(Workspace workspace, string id, Caller caller) =>
        workspace.Runs.TryGetValue(id, out var run) && caller.MayUse(run.Key) ? run : null;

    private static JsonHttpResult<JsonObject> NotFound(string id, TimeProvider time) =>
        DataPlaneErrors.Of(404, "UserError", $"Run '{id}' was not found.", time);
}
