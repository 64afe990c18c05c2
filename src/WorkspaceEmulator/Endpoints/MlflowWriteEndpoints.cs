using System.Text.Json;
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
    private const string ModelHistory = "mlflow.log-model.history";
    private const int ShownText = 250;
    private static readonly string[] ModelMembers = ["artifact_path", "flavors", "utc_time_created", "run_id"];
    private static readonly string[] DatasetMembers = ["name", "digest", "source_type", "source"];
    private const long LastMillisecond = 253_402_300_800_000; // The year 10,000.

    public static void MapMlflowWriting(this RouteGroupBuilder mlflow)
    {
        mlflow
            .MapPost("/runs/create", Create)
            .Emulates(MlflowEndpoints.Area, "runs/create", "Creates a run that is not a job; a job may, below itself.");
        mlflow
            .MapPost("/runs/update", Update)
            .Emulates(MlflowEndpoints.Area, "runs/update", "Changes the name, and the status of a run that is not a job.");
        mlflow.MapPost("/runs/log-metric", LogMetric).Emulates(MlflowEndpoints.Area, "runs/log-metric");
        mlflow
            .MapPost("/runs/log-parameter", LogParameter)
            .Emulates(MlflowEndpoints.Area, "runs/log-parameter", "A parameter never changes: 400.");
        mlflow.MapPost("/runs/log-batch", LogBatch).Emulates(MlflowEndpoints.Area, "runs/log-batch", "All of it or nothing.");
        mlflow.MapPost("/runs/set-tag", SetTag).Emulates(MlflowEndpoints.Area, "runs/set-tag", "The tags are the job's tags in ARM.");
        mlflow.MapPost("/runs/delete-tag", DeleteTag).Emulates(MlflowEndpoints.Area, "runs/delete-tag");
        mlflow.MapPost("/runs/delete", Delete).Emulates(MlflowEndpoints.Area, "runs/delete", "Archives; `runs/restore` brings it back.");
        mlflow.MapPost("/runs/restore", Restore).Emulates(MlflowEndpoints.Area, "runs/restore");
        mlflow.MapPost("/runs/log-inputs", LogInputs).Emulates(MlflowEndpoints.Area, "runs/log-inputs", "Datasets only.");
        mlflow
            .MapPost("/runs/log-model", LogModel)
            .Emulates(MlflowEndpoints.Area, "runs/log-model", "Adds to the tag `mlflow.log-model.history`.");
    }

    private static MlflowResponse Create(Workspace workspace, JsonBody body, Caller caller, RunFactory runs, EmulatorAddress address)
    {
        var id = body.Json.Text("experiment_id") is { Length: > 0 } given ? given : workspace.Experiments.GetOrCreate("Default").Id;
        if (workspace.Experiments.Find(id) is not { } experiment)
            return MlflowErrors.NotFound($"Experiment '{id}' was not found.");
        if (experiment.IsDeleted)
            return MlflowErrors.InvalidParameter($"The experiment {id} must be in the 'active' state. Current state is deleted.");
        var tags = MlflowPage.Pairs(body.Json.Array("tags"));
        if (TagFault(tags) is { } fault)
            return MlflowErrors.InvalidParameter(fault);
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!caller.IsOwner)
        {
            if (tags.GetValueOrDefault(RunTree.ParentTag) is not { } parent || MlflowEndpoints.Find(workspace, parent, caller) is null)
            {
                return MlflowErrors.Of(
                    403,
                    "PERMISSION_DENIED",
                    $"A job's token makes only runs below its own; set the tag {RunTree.ParentTag} to MLFLOW_RUN_ID, or log to that run."
                );
            }

            properties[RunTree.CreatorProperty] = parent;
        }

        var name = Guid.NewGuid().ToString();
        var run = runs.TryCreate(
            workspace,
            name,
            experiment.Name,
            RunStatus.Running,
            body.Json.Text("run_name") ?? tags.GetValueOrDefault("mlflow.runName") ?? name,
            null,
            tags,
            properties
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
        if (body.Json.Integer("end_time") is { } end && !run.IsJob && run.Status.IsTerminal())
            run.Update(document => document with { EndedAt = Moment(end) ?? document.EndedAt });
        if (body.Json.Text("run_name") is { } name)
            run.Update(document => document with { DisplayName = name });
        return TypedResults.Ok(new JsonObject { ["run_info"] = MlflowResource.RenderInfo(run, workspace, address.Endpoint) });
    }

    private static MlflowResponse LogMetric(Workspace workspace, JsonBody body, Caller caller, TimeProvider time)
    {
        if (Find(workspace, body, caller) is not { } run)
            return NotFound(body);
        if ((Refusal(run, caller) ?? MlflowLimits.KeyFault("Metric", body.Json.Text("key"))) is { } fault)
            return MlflowErrors.InvalidParameter(fault);
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
        if ((Refusal(run, caller) ?? MlflowLimits.ParameterFault(key, value)) is { } fault)
            return MlflowErrors.InvalidParameter(fault);
        return SetParameters(run, new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value });
    }

    private static MlflowResponse LogBatch(Workspace workspace, JsonBody body, Caller caller, TimeProvider time)
    {
        if (Find(workspace, body, caller) is not { } run)
            return NotFound(body);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var (metrics, given, tags) = (
            body.Json.Array("metrics") ?? [],
            body.Json.Array("params") ?? [],
            MlflowPage.Pairs(body.Json.Array("tags"))
        );
        var parameters = MlflowPage.Pairs(given);
        if ((Refusal(run, caller) ?? BatchFault(metrics, given, parameters, tags)) is { } fault)
            return MlflowErrors.InvalidParameter(fault);
        var points = metrics.Select(metric => MetricPoint.Read(metric, now)).ToList();
        if (points.Contains(null))
            return MlflowErrors.InvalidParameter($"metrics[{points.IndexOf(null)}] has no key or no number as value.");
        if (parameters.Count > 0 && SetParameters(run, parameters) is { Result: not Ok<JsonObject> } refused)
            return refused;
        run.Metrics.Add([.. points.OfType<MetricPoint>()]);
        if (tags.Count > 0)
            run.SetTags(tags);
        return Done();
    }

    private static string? BatchFault(
        JsonArray metrics,
        JsonArray given,
        Dictionary<string, string> parameters,
        Dictionary<string, string> tags
    )
    {
        if (MlflowLimits.BatchFault(metrics.Count, given.Count, tags.Count) is { } count)
            return count;
        var repeated = given
            .GroupBy(parameter => parameter.Text("key") ?? "", StringComparer.Ordinal)
            .Where(group => group.Select(parameter => parameter.Text("value")).Distinct(StringComparer.Ordinal).Count() > 1)
            .Select(group => group.Key)
            .ToList();
        if (repeated.Count > 0)
        {
            return $"Duplicate parameter keys have been submitted: {string.Join(", ", repeated)}. Please ensure the request contains "
                + "only one param value per param key.";
        }

        return metrics.Select(metric => MlflowLimits.KeyFault("Metric", metric.Text("key"))).OfType<string>().FirstOrDefault()
            ?? parameters.Select(pair => MlflowLimits.ParameterFault(pair.Key, pair.Value)).OfType<string>().FirstOrDefault()
            ?? TagFault(tags);
    }

    private static MlflowResponse SetTag(Workspace workspace, JsonBody body, Caller caller)
    {
        if (Find(workspace, body, caller) is not { } run)
            return NotFound(body);
        var (key, value) = (body.Json.Text("key") ?? "", body.Json.Text("value") ?? "");
        if ((Refusal(run, caller) ?? MlflowLimits.TagFault(key, value)) is { } fault)
            return MlflowErrors.InvalidParameter(fault);
        run.SetTags([new(key, value)]);
        return Done();
    }

    private static MlflowResponse DeleteTag(Workspace workspace, JsonBody body, Caller caller)
    {
        if (Find(workspace, body, caller) is not { } run)
            return NotFound(body);
        if (body.Json.Text("key") is not { Length: > 0 } key)
            return MlflowErrors.InvalidParameter(MlflowLimits.Missing("key"));
        if (Refusal(run, caller) is { } fault)
            return MlflowErrors.InvalidParameter(fault);
        if (!run.Document.Tags.ContainsKey(key))
            return MlflowErrors.NotFound($"No tag with name: {key} in run with id {run.Name}");
        run.Update(document => document with { Tags = Run.Merge(MlflowPage.NoTags, document.Tags.Where(tag => tag.Key != key)) });
        return Done();
    }

    private static MlflowResponse Delete(Workspace workspace, JsonBody body, Caller caller) => SetDeleted(workspace, body, caller, true);

    private static MlflowResponse Restore(Workspace workspace, JsonBody body, Caller caller) => SetDeleted(workspace, body, caller, false);

    private static MlflowResponse SetDeleted(Workspace workspace, JsonBody body, Caller caller, bool isDeleted)
    {
        if (Find(workspace, body, caller) is not { } run)
            return NotFound(body);
        run.Update(document => document with { IsArchived = isDeleted });
        return Done();
    }

    private static MlflowResponse LogInputs(Workspace workspace, JsonBody body, Caller caller)
    {
        if (Find(workspace, body, caller) is not { } run)
            return NotFound(body);
        if (Refusal(run, caller) is { } fault)
            return MlflowErrors.InvalidParameter(fault);
        foreach (var input in body.Json.Array("datasets") ?? [])
        {
            if (input.Object("dataset") is not { } dataset)
                return MlflowErrors.InvalidParameter(MlflowLimits.Missing("dataset"));
            var missing = DatasetMembers.FirstOrDefault(member => dataset.Text(member) is null);
            if (missing is not null)
                return MlflowErrors.InvalidParameter(MlflowLimits.Missing(missing));
        }

        run.Update(document =>
            document with
            {
                DatasetInputs = (document.DatasetInputs ?? [])
                    .Concat(body.Json.Array("datasets") ?? [])
                    .Select(input => input?.DeepClone())
                    .ToJsonArray(),
            }
        );
        return Done();
    }

    private static MlflowResponse LogModel(Workspace workspace, JsonBody body, Caller caller)
    {
        if (Find(workspace, body, caller) is not { } run)
            return NotFound(body);
        if (body.Json.Text("model_json") is not { Length: > 0 } text)
            return MlflowErrors.InvalidParameter(MlflowLimits.Missing("model_json"));
        if (Refusal(run, caller) is { } fault)
            return MlflowErrors.InvalidParameter(fault);
        if (ParseObject(text) is not { } model)
        {
            return MlflowErrors.InvalidParameter(
                $"Malformed model info. \n {text[..Math.Min(text.Length, ShownText)]} \n failed to parse."
            );
        }

        foreach (var member in ModelMembers)
        {
            if (model[member] is null)
                return MlflowErrors.InvalidParameter($"Model json is missing mandatory field: {member}");
        }

        run.Update(document =>
        {
            var history = ParseArray(document.Tags.GetValueOrDefault(ModelHistory)) ?? [];
            history.Add((JsonNode)model.Clone());
            return document with { Tags = Run.Merge(document.Tags, [new(ModelHistory, history.ToJsonString())]) };
        });
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
                $"Changing param values is not allowed. Param with key='{changed}' was already logged with "
                    + $"value='{run.Document.Parameters[changed]}' for run ID='{run.Name}'. Attempted logging new value '{added[changed]}'."
            );
    }

    private static Run? Find(Workspace workspace, JsonBody body, Caller caller) => MlflowEndpoints.Find(workspace, Id(body), caller);

    private static JsonHttpResult<JsonObject> NotFound(JsonBody body) => MlflowEndpoints.RunNotFound(Id(body));

    private static string? Id(JsonBody body) => body.Json.Text("run_id") ?? body.Json.Text("run_uuid");

    private static Ok<JsonObject> Done() => TypedResults.Ok(new JsonObject());

    private static string? TagFault(Dictionary<string, string> tags) =>
        tags.Select(tag => MlflowLimits.TagFault(tag.Key, tag.Value)).OfType<string>().FirstOrDefault();

    // A job continues to log when its owner archives it, as on Azure.
    private static string? Refusal(Run run, Caller caller) =>
        run.Document.IsArchived && caller.IsOwner ? $"The run {run.Name} must be in the 'active' state. Current state is deleted." : null;

    private static DateTimeOffset? Moment(long milliseconds) =>
        milliseconds is > 0 and < LastMillisecond ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private static JsonObject? ParseObject(string text) => Parse(text) as JsonObject;

    private static JsonArray? ParseArray(string? text) => text is null ? null : Parse(text) as JsonArray;

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text)?.DeepClone();
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
