using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Assets;
using WorkspaceEmulator.Mlflow;
using WorkspaceEmulator.References;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;
using MlflowResponse = Microsoft.AspNetCore.Http.HttpResults.Results<
    Microsoft.AspNetCore.Http.HttpResults.Ok<System.Text.Json.Nodes.JsonObject>,
    Microsoft.AspNetCore.Http.HttpResults.JsonHttpResult<System.Text.Json.Nodes.JsonObject>
>;

namespace WorkspaceEmulator.Endpoints;

/// <summary>Maps MLflow's registry: the models of the workspace, which ARM shows too.</summary>
internal static class MlflowModelEndpoints
{
    private const string Area = "MLflow registry";
    private const int ModelPageSize = 100;
    private const int MostModels = 1000;
    private const int VersionPageSize = 10_000;
    private const int MostVersions = 200_000;

    public static void MapMlflowModels(this RouteGroupBuilder mlflow)
    {
        mlflow.MapPost("/registered-models/create", Create).Emulates(Area, "registered-models/create", "The models are those of ARM.");
        mlflow.MapGet("/registered-models/get", Get).Emulates(Area, "registered-models/get");
        mlflow
            .MapGet("/registered-models/search", Search)
            .Emulates(Area, "registered-models/search", "As on Azure, `filter` compares names by `=` only.");
        mlflow.MapPatch("/registered-models/update", Update).Emulates(Area, "registered-models/update");
        mlflow
            .MapPost("/registered-models/rename", (JsonBody body) => Refuse("renamed", body))
            .Emulates(Area, "registered-models/rename", "400: Azure ML renames no model.");
        mlflow
            .MapDelete("/registered-models/delete", (JsonBody body) => Refuse("deleted as a whole", body))
            .Emulates(Area, "registered-models/delete", "400: Azure ML deletes versions only.");
        mlflow.MapPost("/registered-models/get-latest-versions", GetLatest).Emulates(Area, "registered-models/get-latest-versions");
        mlflow.MapPost("/registered-models/set-tag", SetTag).Emulates(Area, "registered-models/set-tag");
        mlflow.MapDelete("/registered-models/delete-tag", DeleteTag).Emulates(Area, "registered-models/delete-tag");
        mlflow
            .MapPost("/model-versions/create", CreateVersion)
            .Emulates(
                Area,
                "model-versions/create",
                "Numbers count from 1. `source` is an address; a job's token registers what its run made."
            );
        mlflow.MapGet("/model-versions/get", GetVersion).Emulates(Area, "model-versions/get");
        mlflow.MapGet("/model-versions/get-download-uri", GetDownloadUri).Emulates(Area, "model-versions/get-download-uri");
        mlflow.MapGet("/model-versions/search", SearchVersions).Emulates(Area, "model-versions/search");
        mlflow.MapPatch("/model-versions/update", UpdateVersion).Emulates(Area, "model-versions/update");
        mlflow.MapDelete("/model-versions/delete", DeleteVersion).Emulates(Area, "model-versions/delete");
        mlflow.MapPost("/model-versions/transition-stage", MoveToStage).Emulates(Area, "model-versions/transition-stage");
        mlflow.MapPost("/model-versions/set-tag", SetVersionTag).Emulates(Area, "model-versions/set-tag");
        mlflow.MapDelete("/model-versions/delete-tag", DeleteVersionTag).Emulates(Area, "model-versions/delete-tag");
    }

    private static MlflowResponse Create(Workspace workspace, JsonBody body)
    {
        if (body.Json.Text("name") is not { Length: > 0 } name)
            return MlflowErrors.InvalidParameter(MlflowLimits.Missing("name"));
        if (!ResourceNames.Asset().IsMatch(name))
            return MlflowErrors.InvalidParameter(ResourceNames.Fault("The model name", name, ResourceNames.Asset()));
        var models = Models(workspace);
        if (models.Containers.Find(name) is not null)
            return MlflowErrors.Of(400, "RESOURCE_ALREADY_EXISTS", $"Registered Model (name={name}) already exists.");
        var tags = MlflowPage.Pairs(body.Json.Array("tags"));
        if (tags.Select(tag => MlflowLimits.TagFault(tag.Key, tag.Value)).OfType<string>().FirstOrDefault() is { } fault)
            return MlflowErrors.InvalidParameter(fault);
        var properties = new JsonObject { ["tags"] = tags.ToJson(), ["description"] = body.Json.Text("description") };
        return ShowModel(workspace, models.Containers.Put(name, properties.WithoutNulls()).Document);
    }

    private static MlflowResponse Get(Workspace workspace, string? name) =>
        FindModel(workspace, name) is { } model ? ShowModel(workspace, model) : ModelNotFound(name);

    private static MlflowResponse Search(Workspace workspace, HttpRequest request)
    {
        var body = Query(request);
        var (matches, fault) = SearchFilter.Parse<ArmDocument>(body.Text("filter"), SearchFields.OfModel);
        if (matches is null)
            return MlflowErrors.InvalidParameter(fault!);
        var (sorted, orderFault) = SearchFilter.Sort(
            Models(workspace).Containers.List().Where(matches),
            MlflowPage.Texts(body, "order_by"),
            SearchFields.OfModel
        );
        return sorted is null
            ? MlflowErrors.InvalidParameter(orderFault!)
            : MlflowPage.Create(
                "registered_models",
                sorted,
                body,
                ModelPageSize,
                model => RegisteredModels.Render(workspace, model),
                MostModels
            );
    }

    private static MlflowResponse Update(Workspace workspace, JsonBody body, Caller caller) =>
        ChangeModel(workspace, body, caller, properties => properties["description"] = body.Json.Text("description") ?? "");

    private static MlflowResponse Refuse(string what, JsonBody body) =>
        MlflowErrors.InvalidParameter($"Registered model '{body.Json.Text("name")}' cannot be {what}: Azure ML does not support it.");

    private static MlflowResponse GetLatest(Workspace workspace, JsonBody body) =>
        FindModel(workspace, body.Json.Text("name")) is { } model
            ? TypedResults.Ok(
                new JsonObject
                {
                    ["model_versions"] = RegisteredModels
                        .Latest(workspace, model.Name, [.. MlflowPage.Texts(body.Json, "stages")])
                        .ToJsonArray(),
                }
            )
            : ModelNotFound(body.Json.Text("name"));

    private static MlflowResponse SetTag(Workspace workspace, JsonBody body, Caller caller) =>
        TagFault(body) is { } fault
            ? MlflowErrors.InvalidParameter(fault)
            : ChangeModel(workspace, body, caller, properties => AddTag(properties, body), isSilent: true);

    private static MlflowResponse DeleteTag(Workspace workspace, JsonBody body, Caller caller) =>
        ChangeModel(workspace, body, caller, properties => properties.Object("tags")?.Remove(body.Json.Text("key") ?? ""), isSilent: true);

    private static MlflowResponse CreateVersion(Workspace workspace, JsonBody body, Caller caller)
    {
        if (FindModel(workspace, body.Json.Text("name")) is not { } model)
            return ModelNotFound(body.Json.Text("name"));
        if (body.Json.Text("source") is not { Length: > 0 } source)
            return MlflowErrors.InvalidParameter(MlflowLimits.Missing("source"));
        var (address, run) = AddressOf(source, body.Json.Text("run_id"));
        if (address is null)
        {
            return MlflowErrors.InvalidParameter(
                $"Invalid model version source: '{source}'. It must be runs:/RUN/PATH, or an azureml or https address."
            );
        }

        if (
            !caller.IsOwner
            && new[] { run, AssetPlaces.RunOf(address) ?? run }.Any(each => MlflowEndpoints.Find(workspace, each, caller) is null)
        )
        {
            return MlflowErrors.Of(403, "PERMISSION_DENIED", "A job's token registers models of the job's own run only, MLFLOW_RUN_ID.");
        }

        if (run is not null && !workspace.Runs.ContainsKey(run))
            return MlflowEndpoints.RunNotFound(run);
        var number = RegisteredModels.VersionsOf(workspace, model.Name) is [var newest, ..]
            ? RegisteredModels.NumberOf(newest)!.Value + 1
            : 1;
        var properties = new JsonObject
        {
            ["modelUri"] = address,
            ["modelType"] = "mlflow_model",
            ["jobName"] = run,
            ["description"] = body.Json.Text("description"),
            ["tags"] = MlflowPage.Pairs(body.Json.Array("tags")).ToJson(),
        }.WithoutNulls();
        var name = $"{model.Name}/{number.ToString(CultureInfo.InvariantCulture)}";
        return ShowVersion(workspace, Models(workspace).Versions.Put(name, properties).Document);
    }

    private static MlflowResponse GetVersion(Workspace workspace, string? name, [FromQuery] string? version) =>
        FindVersion(workspace, name, version) is { } found ? ShowVersion(workspace, found) : VersionNotFound(name, version);

    private static MlflowResponse GetDownloadUri(Workspace workspace, string? name, [FromQuery] string? version) =>
        FindVersion(workspace, name, version) is { } found
            ? TypedResults.Ok(new JsonObject { ["artifact_uri"] = found.Body.Text("modelUri") })
            : VersionNotFound(name, version);

    private static MlflowResponse SearchVersions(Workspace workspace, HttpRequest request)
    {
        var body = Query(request);
        var (matches, fault) = SearchFilter.Parse<ArmDocument>(body.Text("filter"), SearchFields.OfModel);
        if (matches is null)
            return MlflowErrors.InvalidParameter(fault!);
        var found = Models(workspace)
            .Versions.List()
            .Where(version => RegisteredModels.NumberOf(version) is not null)
            .Where(matches)
            .OrderBy(version => version.Name.Split('/')[0], StringComparer.Ordinal)
            .ThenByDescending(RegisteredModels.NumberOf);
        var (sorted, orderFault) = SearchFilter.Sort(found, MlflowPage.Texts(body, "order_by"), SearchFields.OfModel);
        return sorted is null
            ? MlflowErrors.InvalidParameter(orderFault!)
            : MlflowPage.Create(
                "model_versions",
                sorted,
                body,
                VersionPageSize,
                version => RegisteredModels.RenderVersion(workspace, version),
                MostVersions
            );
    }

    private static MlflowResponse UpdateVersion(Workspace workspace, JsonBody body, Caller caller) =>
        ChangeVersion(workspace, body, caller, properties => properties["description"] = body.Json.Text("description") ?? "");

    private static MlflowResponse DeleteVersion(Workspace workspace, JsonBody body, Caller caller)
    {
        if (!caller.IsOwner)
            return Denied();
        return FindVersion(workspace, body) is { } found && Models(workspace).Versions.Delete(found.Name)
            ? TypedResults.Ok(new JsonObject())
            : VersionNotFound(body.Json.Text("name"), body.Json.Text("version"));
    }

    private static MlflowResponse MoveToStage(Workspace workspace, JsonBody body, Caller caller)
    {
        var wanted = body.Json.Text("stage") ?? "";
        if (RegisteredModels.Stages.FirstOrDefault(stage => stage.Equals(wanted, StringComparison.OrdinalIgnoreCase)) is not { } found)
        {
            return MlflowErrors.InvalidParameter(
                $"Invalid Model Version stage: {wanted}. Value must be one of {string.Join(", ", RegisteredModels.Stages)}."
            );
        }

        if (body.Json.Flag("archive_existing_versions") && caller.IsOwner && FindModel(workspace, body.Json.Text("name")) is { } model)
        {
            foreach (
                var other in RegisteredModels
                    .VersionsOf(workspace, model.Name)
                    .Where(each => each.Body.Text(RegisteredModels.Stage) == found)
            )
            {
                other.Body[RegisteredModels.Stage] = "Archived";
                Models(workspace).Versions.Put(other.Name, other.Body);
            }
        }

        return ChangeVersion(workspace, body, caller, properties => properties[RegisteredModels.Stage] = found);
    }

    private static MlflowResponse SetVersionTag(Workspace workspace, JsonBody body, Caller caller) =>
        TagFault(body) is { } fault
            ? MlflowErrors.InvalidParameter(fault)
            : ChangeVersion(workspace, body, caller, properties => AddTag(properties, body), isSilent: true);

    private static MlflowResponse DeleteVersionTag(Workspace workspace, JsonBody body, Caller caller) =>
        ChangeVersion(
            workspace,
            body,
            caller,
            properties => properties.Object("tags")?.Remove(body.Json.Text("key") ?? ""),
            isSilent: true
        );

    private static MlflowResponse ChangeModel(
        Workspace workspace,
        JsonBody body,
        Caller caller,
        Action<JsonObject> change,
        bool isSilent = false
    )
    {
        if (!caller.IsOwner)
            return Denied();
        if (FindModel(workspace, body.Json.Text("name")) is not { } model)
            return ModelNotFound(body.Json.Text("name"));
        change(model.Body);
        var (changed, _) = Models(workspace).Containers.Put(model.Name, model.Body);
        return isSilent ? TypedResults.Ok(new JsonObject()) : ShowModel(workspace, changed);
    }

    private static MlflowResponse ChangeVersion(
        Workspace workspace,
        JsonBody body,
        Caller caller,
        Action<JsonObject> change,
        bool isSilent = false
    )
    {
        if (!caller.IsOwner)
            return Denied();
        if (FindVersion(workspace, body) is not { } version)
            return VersionNotFound(body.Json.Text("name"), body.Json.Text("version"));
        change(version.Body);
        var (changed, _) = Models(workspace).Versions.Put(version.Name, version.Body);
        return isSilent ? TypedResults.Ok(new JsonObject()) : ShowVersion(workspace, changed);
    }

    private static void AddTag(JsonObject properties, JsonBody body)
    {
        var tags = properties.Texts("tags");
        tags[body.Json.Text("key")!] = body.Json.Text("value") ?? "";
        properties["tags"] = tags.ToJson();
    }

    private static string? TagFault(JsonBody body) => MlflowLimits.TagFault(body.Json.Text("key") ?? "", body.Json.Text("value") ?? "");

    // runs:/RUN/PATH is a path in the artifacts of a run; Azure registers it as an output of the job.
    private static (string? Address, string? Run) AddressOf(string source, string? run)
    {
        if (
            source.StartsWith("runs:/", StringComparison.Ordinal)
            && source["runs:/".Length..].Trim('/').Split('/', 2) is [{ Length: > 0 } id, var path]
        )
        {
            return path.Split('/').Contains("..", StringComparer.Ordinal)
                ? (null, null)
                : ($"azureml://jobs/{id}/outputs/artifacts/paths/{path}", id);
        }

        return source.StartsWith("azureml:", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal)
            ? (source, run)
            : (null, null);
    }

    private static AssetStore Models(Workspace workspace) => workspace.Assets(AssetKind.Models);

    private static ArmDocument? FindModel(Workspace workspace, string? name) =>
        name is null ? null : Models(workspace).Containers.Find(name);

    private static ArmDocument? FindVersion(Workspace workspace, JsonBody body) =>
        FindVersion(workspace, body.Json.Text("name"), body.Json.Text("version"));

    private static ArmDocument? FindVersion(Workspace workspace, string? name, string? version) =>
        Models(workspace).Versions.Find($"{name}/{version}") is { } found && RegisteredModels.NumberOf(found) is not null ? found : null;

    private static MlflowResponse ShowModel(Workspace workspace, ArmDocument model) =>
        TypedResults.Ok(new JsonObject { ["registered_model"] = RegisteredModels.Render(workspace, model) });

    private static MlflowResponse ShowVersion(Workspace workspace, ArmDocument version) =>
        TypedResults.Ok(new JsonObject { ["model_version"] = RegisteredModels.RenderVersion(workspace, version) });

    private static MlflowResponse ModelNotFound(string? name) =>
        string.IsNullOrEmpty(name)
            ? MlflowErrors.InvalidParameter(MlflowLimits.Missing("name"))
            : MlflowErrors.NotFound($"Registered Model with name={name} not found");

    private static MlflowResponse VersionNotFound(string? name, string? version) =>
        MlflowErrors.NotFound($"Model Version (name={name}, version={version}) not found");

    private static MlflowResponse Denied() =>
        MlflowErrors.Of(
            403,
            "PERMISSION_DENIED",
            "A job's token cannot change registered models; it can register versions of its own run."
        );

    private static JsonObject Query(HttpRequest request)
    {
        var body = new JsonObject { ["order_by"] = request.Query["order_by"].Select(order => (JsonNode?)order).ToJsonArray() };
        foreach (var name in new[] { "filter", "max_results", "page_token" })
            body[name] = request.Query[name].ToString() is { Length: > 0 } text ? text : null;
        return body.WithoutNulls();
    }
}
