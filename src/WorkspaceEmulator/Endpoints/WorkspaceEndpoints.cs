using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

internal static class WorkspaceEndpoints
{
    private const string Area = "Workspaces";

    public static void MapWorkspaces(this RouteGroupBuilder arm)
    {
        arm.MapGet(Routes.Workspace, Get).WithMetadata(new WorkspaceScope()).Emulates(Area, "Workspaces_Get");
        arm.MapPut(Routes.Workspace, Put).Emulates(Area, "Workspaces_CreateOrUpdate", "Responds 200 at once.");
        arm.MapPatch(Routes.Workspace, Patch)
            .WithMetadata(new WorkspaceScope())
            .Emulates(Area, "Workspaces_Update", "Responds 200 at once. Replaces tags, sku and identity, and each named property.");
        arm.MapDelete(Routes.Workspace, Delete)
            .Emulates(
                Area,
                "Workspaces_Delete",
                "Responds 200 at once. Also deletes its resources and jobs; the folders of its datastores stay. 409 while a job is active."
            );
        arm.MapGet(Routes.ResourceGroup + Routes.Provider + "/workspaces", ListByGroup).Emulates(Area, "Workspaces_ListByResourceGroup");
        arm.MapGet(Routes.Subscription + Routes.Provider + "/workspaces", ListBySubscription)
            .Emulates(Area, "Workspaces_ListBySubscription");
    }

    private static Ok<JsonObject> Get(Workspace workspace, WorkspaceStore workspaces, EmulatorAddress address) =>
        TypedResults.Ok(workspaces.Render(workspace, address.Endpoint));

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> Put(
        HttpContext context,
        JsonBody body,
        WorkspaceStore workspaces,
        EmulatorAddress address
    )
    {
        var name = WorkspaceName.Of(context.Request);
        if (body.Json is null)
            return ArmErrors.BadRequest("The request body must be a JSON object.", "InvalidRequestContent");
        if (!ResourceNames.Workspace().IsMatch(name.Name))
        {
            return ArmErrors.BadRequest(
                ResourceNames.Fault("The workspace name", name.Name, ResourceNames.Workspace()),
                "InvalidResourceName"
            );
        }

        if (!WorkspaceName.TryParse(name.Key, out _))
            return ArmErrors.BadRequest("The subscription and resource group must be plain names.", "InvalidResourceName");
        workspaces.Put(name, body.Json.WithoutNulls());
        return TypedResults.Ok(workspaces.Render(workspaces.Find(name)!, address.Endpoint));
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> Patch(
        Workspace workspace,
        JsonBody body,
        WorkspaceStore workspaces,
        EmulatorAddress address
    )
    {
        if (body.Json is null)
            return ArmErrors.BadRequest("The request body must be a JSON object.", "InvalidRequestContent");
        workspaces.Change(workspace, body.Json.Clone().WithoutNulls());
        return TypedResults.Ok(workspaces.Render(workspace, address.Endpoint));
    }

    private static Results<Ok, NoContent, JsonHttpResult<ArmErrorResponse>> Delete(HttpContext context, WorkspaceStore workspaces)
    {
        if (workspaces.Find(WorkspaceName.Of(context.Request)) is not { } workspace)
            return TypedResults.NoContent();
        var active = workspace
            .Runs.Values.Where(run => run.IsJob && !run.Status.IsTerminal())
            .Select(run => run.Name)
            .Order(StringComparer.Ordinal)
            .ToList();
        if (active.Count > 0)
        {
            return ArmErrors.Conflict(
                $"Workspace '{workspace.Name.Name}' runs {string.Join(", ", active)}; cancel or await its jobs first."
            );
        }

        workspaces.Delete(workspace);
        return TypedResults.Ok();
    }

    private static Ok<JsonObject> ListByGroup(
        string subscriptionId,
        string resourceGroup,
        HttpRequest request,
        WorkspaceStore workspaces,
        EmulatorAddress address
    ) =>
        List(
            workspace => Same(workspace.Name.SubscriptionId, subscriptionId) && Same(workspace.Name.ResourceGroup, resourceGroup),
            request,
            workspaces,
            address
        );

    private static Ok<JsonObject> ListBySubscription(
        string subscriptionId,
        HttpRequest request,
        WorkspaceStore workspaces,
        EmulatorAddress address
    ) => List(workspace => Same(workspace.Name.SubscriptionId, subscriptionId), request, workspaces, address);

    private static Ok<JsonObject> List(
        Func<Workspace, bool> filter,
        HttpRequest request,
        WorkspaceStore workspaces,
        EmulatorAddress address
    )
    {
        var found = workspaces
            .All.Where(filter)
            .OrderBy(workspace => workspace.Name.Key, StringComparer.Ordinal)
            .Select(workspace => workspaces.Render(workspace, address.Endpoint))
            .ToList();
        return TypedResults.Ok(Paging.Page(request, address.Endpoint, found));
    }

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
