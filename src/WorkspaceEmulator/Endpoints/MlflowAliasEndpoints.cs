using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Assets;
using WorkspaceEmulator.Mlflow;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;
using MlflowResponse = Microsoft.AspNetCore.Http.HttpResults.Results<
    Microsoft.AspNetCore.Http.HttpResults.Ok<System.Text.Json.Nodes.JsonObject>,
    Microsoft.AspNetCore.Http.HttpResults.JsonHttpResult<System.Text.Json.Nodes.JsonObject>
>;

namespace WorkspaceEmulator.Endpoints;

/// <summary>Maps the aliases of registered models: names that stand for one version each.</summary>
internal static partial class MlflowAliasEndpoints
{
    private const string Area = "MLflow registry";
    private const string Path = "/registered-models/alias";

    public static void MapMlflowAliases(this RouteGroupBuilder mlflow)
    {
        mlflow.MapPost(Path, Set).Emulates(Area, "registered-models/alias (set)", "As in MLflow; ARM does not show aliases.");
        mlflow.MapDelete(Path, Delete).Emulates(Area, "registered-models/alias (delete)");
        mlflow.MapGet(Path, Get).Emulates(Area, "registered-models/alias (get)");
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,255}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    [GeneratedRegex(@"^v[0-9]+\z", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reserved();

    private static MlflowResponse Set(Workspace workspace, JsonBody body, Caller caller)
    {
        var alias = body.Json.Text("alias") ?? "";
        if (Fault(alias) is { } fault)
            return MlflowErrors.InvalidParameter(fault);
        if (FindModel(workspace, body.Json.Text("name")) is not { } model)
            return NotFound(body.Json.Text("name"));
        if (!caller.IsOwner)
            return Denied();
        var version = body.Json.Text("version") ?? "";
        if (RegisteredModels.VersionsOf(workspace, model.Name).All(each => each.Name.Split('/')[1] != version))
            return MlflowErrors.NotFound($"Model Version (name={model.Name}, version={version}) not found");
        var aliases = model.Body.Object(RegisteredModels.Aliases)?.Clone() ?? [];
        aliases[alias] = version;
        model.Body[RegisteredModels.Aliases] = aliases;
        workspace.Assets(AssetKind.Models).Containers.Put(model.Name, model.Body);
        return TypedResults.Ok(new JsonObject());
    }

    private static MlflowResponse Delete(Workspace workspace, JsonBody body, Caller caller)
    {
        if (FindModel(workspace, body.Json.Text("name")) is not { } model)
            return NotFound(body.Json.Text("name"));
        if (!caller.IsOwner)
            return Denied();
        if (model.Body.Object(RegisteredModels.Aliases)?.Remove(body.Json.Text("alias") ?? "") == true)
            workspace.Assets(AssetKind.Models).Containers.Put(model.Name, model.Body);
        return TypedResults.Ok(new JsonObject());
    }

    private static MlflowResponse Get(Workspace workspace, string? name, string? alias)
    {
        if (FindModel(workspace, name) is not { } model)
            return NotFound(name);
        var version = model.Body.Object(RegisteredModels.Aliases).Text(alias ?? "");
        return RegisteredModels.VersionsOf(workspace, model.Name).FirstOrDefault(each => each.Name.Split('/')[1] == version) is { } found
            ? TypedResults.Ok(new JsonObject { ["model_version"] = RegisteredModels.RenderVersion(workspace, found) })
            : MlflowErrors.InvalidParameter($"Registered model alias {alias} not found.");
    }

    private static string? Fault(string alias) =>
        alias.Length == 0 ? MlflowLimits.Missing("alias")
        : !Form().IsMatch(alias)
            ? $"Invalid alias name: '{alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-), at most 255 of them."
        : alias.Equals("latest", StringComparison.OrdinalIgnoreCase) || Reserved().IsMatch(alias)
            ? $"Alias name '{alias}' is reserved: 'latest', and 'v' with a number, stand for versions already."
        : null;

    private static ArmDocument? FindModel(Workspace workspace, string? name) =>
        name is null ? null : workspace.Assets(AssetKind.Models).Containers.Find(name);

    private static MlflowResponse NotFound(string? name) => MlflowErrors.NotFound($"Registered Model with name={name} not found");

    private static MlflowResponse Denied() =>
        MlflowErrors.Of(
            403,
            "PERMISSION_DENIED",
            "A job's token cannot change registered models; it can register versions of its own run."
        );
}
