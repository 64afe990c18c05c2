using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Blobs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

/// <summary>Maps keys of a workspace, its diagnosis, and lists of what the emulator has none of.</summary>
internal static class WorkspaceKeyEndpoints
{
    private const string Area = "Workspaces";

    public static void MapWorkspaceKeys(this RouteGroupBuilder workspace)
    {
        workspace
            .MapPost("/listKeys", ListKeys)
            .Emulates(Area, "Workspaces_ListKeys", "The key of the workspace's own storage account; there is no other.");
        workspace.MapPost("/listStorageAccountKeys", ListStorageKeys).Emulates(Area, "Workspaces_ListStorageAccountKeys");
        workspace.MapPost("/resyncKeys", ResyncKeys).Emulates(Area, "Workspaces_ResyncKeys", "Responds 200 at once; keys never change.");
        workspace.MapPost("/diagnose", Diagnose).Emulates(Area, "Workspaces_Diagnose", "Responds 200 at once; finds nothing.");
        workspace
            .MapGet("/outboundNetworkDependenciesEndpoints", ListNothing)
            .Emulates(Area, "Workspaces_ListOutboundNetworkDependenciesEndpoints", "Empty: the emulator calls no other service.");
        workspace.MapGet("/features", ListNothing).Emulates(Area, "WorkspaceFeatures_List", "Empty.");
        workspace.MapGet("/privateLinkResources", ListNothing).Emulates(Area, "PrivateLinkResources_List", "Empty.");
        workspace.MapGet("/privateEndpointConnections", ListNothing).Emulates(Area, "PrivateEndpointConnections_List", "Empty.");
        workspace
            .MapGet("/privateEndpointConnections/{connection}", GetPrivateEndpoint)
            .Emulates(Area, "PrivateEndpointConnections_Get", "404: they are missing.");
        workspace
            .MapDelete("/privateEndpointConnections/{connection}", DeletePrivateEndpoint)
            .Emulates(Area, "PrivateEndpointConnections_Delete", "204: they are missing.");
    }

    private static Ok<JsonObject> ListKeys(Workspace workspace, StorageAccounts accounts)
    {
        var account = accounts.Of(workspace);
        return TypedResults.Ok(new JsonObject { ["userStorageKey"] = account.Key, ["userStorageResourceId"] = account.ArmId });
    }

    private static Ok<JsonObject> ListStorageKeys(Workspace workspace, StorageAccounts accounts) =>
        TypedResults.Ok(new JsonObject { ["userStorageKey"] = accounts.Of(workspace).Key });

    private static Ok ResyncKeys() => TypedResults.Ok();

    private static Ok<JsonObject> Diagnose()
    {
        var value = new JsonObject();
        foreach (
            var kind in new[]
            {
                "userDefinedRouteResults",
                "networkSecurityRuleResults",
                "resourceLockResults",
                "dnsResolutionResults",
                "storageAccountResults",
                "keyVaultResults",
                "containerRegistryResults",
                "applicationInsightsResults",
                "otherResults",
            }
        )
        {
            value[kind] = new JsonArray();
        }

        return TypedResults.Ok(new JsonObject { ["value"] = value });
    }

    private static Ok<JsonObject> ListNothing() => TypedResults.Ok(new JsonObject { ["value"] = new JsonArray() });

    private static JsonHttpResult<ArmErrorResponse> GetPrivateEndpoint(Workspace workspace, string connection) =>
        ArmErrors.NotFound($"Private endpoint connection '{connection}' was not found in workspace '{workspace.Name.Name}'.");

    private static NoContent DeletePrivateEndpoint() => TypedResults.NoContent();
}
