using System.Text.Json.Nodes;
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

/// <summary>Maps the experiments of MLflow's REST 2.0.</summary>
internal static class MlflowExperimentEndpoints
{
    private const string Area = MlflowEndpoints.Area;
    private const int SearchPageSize = 1000;

    public static void MapMlflowExperiments(this RouteGroupBuilder mlflow)
    {
        mlflow.MapGet("/experiments/get", Get).Emulates(Area, "experiments/get");
        mlflow.MapGet("/experiments/get-by-name", GetByName).Emulates(Area, "experiments/get-by-name");
        mlflow
            .MapPost("/experiments/search", Search)
            .Emulates(Area, "experiments/search", "`filter` by name, times and tags; `order_by`, `view_type`, paging.");
        mlflow.MapGet("/experiments/search", SearchByQuery).Emulates(Area, "experiments/search");
        mlflow.MapPost("/experiments/create", Create).Emulates(Area, "experiments/create");
        mlflow.MapPost("/experiments/delete", Delete).Emulates(Area, "experiments/delete");
        mlflow.MapPost("/experiments/restore", Restore).Emulates(Area, "experiments/restore");
        mlflow.MapPost("/experiments/update", Rename).Emulates(Area, "experiments/update", "400: Azure ML renames no experiment.");
        mlflow.MapPost("/experiments/set-experiment-tag", SetTag).Emulates(Area, "experiments/set-experiment-tag");
        mlflow.MapPost("/experiments/delete-experiment-tag", DeleteTag).Emulates(Area, "experiments/delete-experiment-tag");
    }

    private static MlflowResponse Get(Workspace workspace, string? experiment_id, EmulatorAddress address) =>
        string.IsNullOrEmpty(experiment_id)
            ? MlflowErrors.InvalidParameter(MlflowLimits.Missing("experiment_id"))
            : Describe(workspace.Experiments.Find(experiment_id), experiment_id, workspace, address);

    private static MlflowResponse GetByName(Workspace workspace, string? experiment_name, EmulatorAddress address) =>
        string.IsNullOrEmpty(experiment_name)
            ? MlflowErrors.InvalidParameter(MlflowLimits.Missing("experiment_name"))
            : Describe(workspace.Experiments.FindByName(experiment_name), experiment_name, workspace, address);

    private static MlflowResponse Describe(Experiment? experiment, string wanted, Workspace workspace, EmulatorAddress address) =>
        experiment is null
            ? MlflowErrors.NotFound($"Experiment '{wanted}' was not found.")
            : TypedResults.Ok(new JsonObject { ["experiment"] = MlflowResource.Render(experiment, workspace, address.Endpoint) });

    private static MlflowResponse SearchByQuery(Workspace workspace, HttpRequest request, EmulatorAddress address)
    {
        var body = new JsonObject { ["order_by"] = request.Query["order_by"].Select(order => (JsonNode?)order).ToJsonArray() };
        foreach (var name in new[] { "filter", "max_results", "page_token", "view_type" })
            body[name] = request.Query[name].ToString() is { Length: > 0 } text ? text : null;
        return Search(workspace, new JsonBody(body.WithoutNulls()), address);
    }

    private static MlflowResponse Search(Workspace workspace, JsonBody body, EmulatorAddress address)
    {
        var (matches, fault) = SearchFilter.Parse<Experiment>(body.Json.Text("filter"), SearchFields.OfExperiment);
        if (matches is null)
            return MlflowErrors.InvalidParameter(fault!);
        var view = body.Json.Text("view_type");
        var found = workspace
            .Experiments.List()
            .Where(experiment => view == "ALL" || experiment.IsDeleted == (view == "DELETED_ONLY"))
            .Where(matches)
            .OrderByDescending(experiment => experiment.CreatedAt);
        var (sorted, orderFault) = SearchFilter.Sort(found, MlflowPage.Texts(body.Json, "order_by"), SearchFields.OfExperiment);
        if (sorted is null)
            return MlflowErrors.InvalidParameter(orderFault!);
        return MlflowPage.Create("experiments", sorted, body.Json, SearchPageSize, experiment =>
            MlflowResource.Render(experiment, workspace, address.Endpoint)
        );
    }

    private static MlflowResponse Create(Workspace workspace, JsonBody body)
    {
        var name = body.Json.Text("name");
        if (MlflowLimits.ExperimentFault(name) is { } fault)
            return MlflowErrors.InvalidParameter(fault);
        var tags = MlflowPage.Pairs(body.Json.Array("tags"));
        if (tags.Select(tag => MlflowLimits.TagFault(tag.Key, tag.Value)).OfType<string>().FirstOrDefault() is { } tagFault)
            return MlflowErrors.InvalidParameter(tagFault);
        var (experiment, isNew) = workspace.Experiments.GetOrCreate(name!, tags);
        if (isNew)
            return TypedResults.Ok(new JsonObject { ["experiment_id"] = experiment.Id });
        return MlflowErrors.Of(
            400,
            "RESOURCE_ALREADY_EXISTS",
            experiment.IsDeleted
                ? $"Experiment '{name}' already exists in deleted state. You can restore the experiment, or permanently delete the "
                    + "experiment to create a new one."
                : $"Experiment '{name}' already exists."
        );
    }

    private static MlflowResponse Delete(Workspace workspace, JsonBody body, Caller caller) => SetDeleted(workspace, body, caller, true);

    private static MlflowResponse Restore(Workspace workspace, JsonBody body, Caller caller) => SetDeleted(workspace, body, caller, false);

    private static MlflowResponse SetDeleted(Workspace workspace, JsonBody body, Caller caller, bool isDeleted) =>
        Change(workspace, body, caller, experiment => experiment with { IsDeleted = isDeleted });

    private static MlflowResponse Rename(JsonBody body) =>
        MlflowErrors.InvalidParameter($"Experiment '{body.Json.Text("experiment_id")}' cannot be renamed: Azure ML does not support it.");

    private static MlflowResponse SetTag(Workspace workspace, JsonBody body, Caller caller)
    {
        if (body.Json.Text("value") is not { } value)
            return MlflowErrors.InvalidParameter(MlflowLimits.Missing("value"));
        return MlflowLimits.TagFault(body.Json.Text("key") ?? "", value) is { } fault
            ? MlflowErrors.InvalidParameter(fault)
            : Change(workspace, body, caller, experiment =>
                experiment with
                {
                    Tags = Run.Merge(experiment.Tags, [new(body.Json.Text("key")!, value)]),
                }
            );
    }

    private static MlflowResponse DeleteTag(Workspace workspace, JsonBody body, Caller caller) =>
        body.Json.Text("key") is not { Length: > 0 } key
            ? MlflowErrors.InvalidParameter(MlflowLimits.Missing("key"))
            : Change(workspace, body, caller, experiment =>
                experiment with
                {
                    Tags = Run.Merge(MlflowPage.NoTags, experiment.Tags.Where(tag => tag.Key != key)),
                }
            );

    private static MlflowResponse Change(Workspace workspace, JsonBody body, Caller caller, Func<Experiment, Experiment> change)
    {
        if (!caller.IsOwner)
        {
            return MlflowErrors.Of(
                403,
                "PERMISSION_DENIED",
                "A job's token cannot change experiments; log to the job's own run, MLFLOW_RUN_ID."
            );
        }

        if (body.Json.Text("experiment_id") is not { Length: > 0 } id)
            return MlflowErrors.InvalidParameter(MlflowLimits.Missing("experiment_id"));
        return workspace.Experiments.Update(id, change)
            ? TypedResults.Ok(new JsonObject())
            : MlflowErrors.NotFound($"Experiment '{id}' was not found.");
    }
}
