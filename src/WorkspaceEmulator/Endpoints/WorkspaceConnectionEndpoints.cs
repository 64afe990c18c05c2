using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

/// <summary>Maps connections of a workspace to other services, which jobs of the emulator do not use.</summary>
internal static class WorkspaceConnectionEndpoints
{
    private const string Area = "Connections";

    public static void MapWorkspaceConnections(this RouteGroupBuilder workspace)
    {
        workspace.MapGet("/connections", List).Emulates(Area, "WorkspaceConnections_List", "`target` and `category` filter.");
        workspace.MapPut("/connections/{name}", Put).Emulates(Area, "WorkspaceConnections_Create", "Keeps everything but the credentials.");
        workspace.MapGet("/connections/{name}", Get).Emulates(Area, "WorkspaceConnections_Get");
        workspace.MapDelete("/connections/{name}", Delete).Emulates(Area, "WorkspaceConnections_Delete");
    }

    private static Ok<JsonObject> List(Workspace workspace, HttpRequest request, EmulatorAddress address)
    {
        var (target, category) = (request.Query["target"].ToString(), request.Query["category"].ToString());
        var found = workspace
            .Connections.List()
            .Where(each => target.Length == 0 || each.Body.Text("target") == target)
            .Where(each => category.Length == 0 || each.Body.Text("category") == category)
            .Select(each => Render(workspace, each));
        return TypedResults.Ok(Paging.Page(request, address.Endpoint, [.. found]));
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> Put(Workspace workspace, string name, JsonBody body)
    {
        if (!ResourceNames.Asset().IsMatch(name))
            return ArmErrors.BadRequest(ResourceNames.Fault("The connection name", name, ResourceNames.Asset()), "InvalidResourceName");
        if (body.Json.Object("properties")?.Clone().WithoutNulls() is not { } properties)
            return ArmErrors.BadRequest("properties is missing; it must describe the connection.", "InvalidRequestContent");
        if (properties.Text("authType") is null)
            return ArmErrors.BadRequest("properties.authType is missing; it must say how the connection signs in.");
        properties.Remove("credentials");
        properties.Remove("value");
        return TypedResults.Ok(Render(workspace, workspace.Connections.Put(name, properties).Document));
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> Get(Workspace workspace, string name) =>
        workspace.Connections.Find(name) is { } found
            ? TypedResults.Ok(Render(workspace, found))
            : ArmErrors.NotFound($"Connection '{name}' was not found in workspace '{workspace.Name.Name}'.");

    private static Results<Ok, NoContent> Delete(Workspace workspace, string name) =>
        workspace.Connections.Delete(name) ? TypedResults.Ok() : TypedResults.NoContent();

    private static JsonObject Render(Workspace workspace, ArmDocument document) =>
        document.Render(
            $"{workspace.ArmId}/connections/{document.Name}",
            "Microsoft.MachineLearningServices/workspaces/connections",
            document.Body.Clone()
        );
}
