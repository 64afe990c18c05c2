using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Deployments.Resources;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Wire.Versions;

namespace WorkspaceEmulator.Deployments;

/// <summary>Maps what deployments leave: resource groups, their resources and roles, and deleted vaults.</summary>
internal static class ResourceGroupEndpoints
{
    private const string Roles = Routes.ResourceGroup + "/providers/Microsoft.Authorization/roleAssignments";
    private const string DeletedVault =
        Routes.Subscription + "/providers/Microsoft.KeyVault/locations/{location}/deletedVaults/{vaultName}";
    private static readonly string[] RoleVersions = ["2022-04-01"];
    private static readonly string[] VaultVersions = ["2022-07-01", "2023-07-01", "2024-11-01", "2025-05-01", "2026-02-01"];

    public static void MapResourceGroups(this WebApplication application)
    {
        application
            .MapGet(Routes.ResourceGroup, Get)
            .Emulates(DeploymentEndpoints.Area, "ResourceGroups_Get", "Groups that were deployed.");
        application
            .MapDelete(Routes.ResourceGroup, Delete)
            .Emulates(DeploymentEndpoints.Area, "ResourceGroups_Delete", "Responds 202. Fails while a workspace of the group runs a job.");
        application
            .MapGet(Routes.ResourceGroup + "/resources", ListResources)
            .Emulates(DeploymentEndpoints.Area, "Resources_ListByResourceGroup", "Top-level resources; no filter.");
        application.MapGet(Roles, ListRoles).Emulates(DeploymentEndpoints.Area, "RoleAssignments_ListForResourceGroup", "No filter.");
        application.MapGet(DeletedVault, GetDeletedVault).Emulates(DeploymentEndpoints.Area, "Vaults_GetDeleted");
        application
            .MapPost(DeletedVault + "/purge", PurgeVault)
            .Emulates(DeploymentEndpoints.Area, "Vaults_PurgeDeleted", "Responds 200 at once.");
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> Get(HttpContext context, DeploymentService deployments)
    {
        if (ApiVersions.Check(context.Request, DeploymentEndpoints.Versions) is { } refused)
            return refused;
        return deployments.Store.Find(GroupOf(context)) is { } group ? TypedResults.Ok(Render(group)) : NotFound(context);
    }

    private static Results<Accepted, JsonHttpResult<ArmErrorResponse>> Delete(
        HttpContext context,
        string subscriptionId,
        DeploymentService deployments,
        EmulatorAddress address
    )
    {
        if (ApiVersions.Check(context.Request, DeploymentEndpoints.Versions) is { } refused)
            return refused;
        var group = GroupOf(context);
        if (deployments.Store.Find(group) is null)
            return NotFound(context);
        DeploymentEndpoints.SetResultAddress(context, subscriptionId, deployments.BeginDelete(group), address);
        return TypedResults.Accepted((string?)null);
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> ListResources(
        HttpContext context,
        DeploymentService deployments,
        EmulatorAddress address
    )
    {
        if (ApiVersions.Check(context.Request, DeploymentEndpoints.Versions) is { } refused)
            return refused;
        var group = GroupOf(context);
        if (deployments.Store.Find(group) is null)
            return NotFound(context);
        var resources = InGroup(deployments, group)
            // Extensions such as role assignments are not listed, nor is what belongs to another resource.
            .Where(resource => resource.Text("type")!.Split('/').Length == 2 && Count(resource.Text("id")!, "/providers/") == 1)
            .Select(Listed);
        return TypedResults.Ok(Paging.Page(context.Request, address.Endpoint, [.. resources]));
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> ListRoles(HttpContext context, DeploymentService deployments)
    {
        if (ApiVersions.Check(context.Request, RoleVersions) is { } refused)
            return refused;
        var assignments = InGroup(deployments, GroupOf(context))
            .Where(resource => resource.Text("type") == ResourceTypes.RoleAssignment)
            .Select(resource =>
            {
                var properties = resource.Object("properties")!.Clone();
                properties.Remove("provisioningState");
                properties["scope"] = resource.Text("id")![
                    ..resource.Text("id")!.LastIndexOf("/providers/", StringComparison.OrdinalIgnoreCase)
                ];
                return (JsonNode)
                    new JsonObject
                    {
                        ["id"] = resource.Text("id"),
                        ["name"] = resource.Text("name"),
                        ["type"] = ResourceTypes.RoleAssignment,
                        ["properties"] = properties,
                    };
            });
        return TypedResults.Ok(new JsonObject { ["value"] = assignments.ToJsonArray() });
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> GetDeletedVault(
        HttpContext context,
        string vaultName,
        DeploymentService deployments
    )
    {
        if (ApiVersions.Check(context.Request, VaultVersions) is { } refused)
            return refused;
        if (deployments.Store.FindDeletedVault(vaultName) is not { } vault)
            return VaultNotFound(vaultName);
        return TypedResults.Ok(
            new JsonObject
            {
                ["id"] = context.Request.Path.ToString(),
                ["name"] = vaultName,
                ["type"] = "Microsoft.KeyVault/deletedVaults",
                ["properties"] = new JsonObject
                {
                    ["vaultId"] = vault.Text("id"),
                    ["location"] = vault.Text("location"),
                    ["purgeProtectionEnabled"] = vault.Object("properties").Flag("enablePurgeProtection"),
                },
            }
        );
    }

    private static Results<Ok, JsonHttpResult<ArmErrorResponse>> PurgeVault(
        HttpContext context,
        string vaultName,
        DeploymentService deployments
    )
    {
        if (ApiVersions.Check(context.Request, VaultVersions) is { } refused)
            return refused;
        if (deployments.Store.FindDeletedVault(vaultName) is not { } vault)
            return VaultNotFound(vaultName);
        if (vault.Object("properties").Flag("enablePurgeProtection"))
            return ArmErrors.Of(400, "MethodNotAllowed", $"The vault '{vaultName}' has purge protection and cannot be purged.");
        deployments.Store.PurgeVault(vaultName);
        return TypedResults.Ok();
    }

    private static IEnumerable<JsonObject> InGroup(DeploymentService deployments, string group) =>
        deployments.Store.All().Where(resource => EmulatedResources.IsIn(group + "/providers", resource.Text("id")!));

    private static JsonObject Listed(JsonObject resource)
    {
        var listed = new JsonObject();
        foreach (var member in new[] { "id", "name", "type", "location", "kind", "sku", "tags", "identity" })
        {
            if (resource[member] is { } value)
                listed[member] = value.DeepClone();
        }

        return listed;
    }

    private static JsonObject Render(JsonObject group)
    {
        var rendered = Listed(group);
        rendered["properties"] = new JsonObject { ["provisioningState"] = "Succeeded" };
        return rendered;
    }

    private static int Count(string text, string part) => text.Split(part, StringSplitOptions.None).Length - 1;

    private static string GroupOf(HttpContext context) =>
        $"/subscriptions/{context.Request.RouteValues["subscriptionId"]}/resourceGroups/{context.Request.RouteValues["resourceGroup"]}";

    private static JsonHttpResult<ArmErrorResponse> NotFound(HttpContext context) =>
        ArmErrors.Of(404, "ResourceGroupNotFound", $"Resource group '{context.Request.RouteValues["resourceGroup"]}' could not be found.");

    private static JsonHttpResult<ArmErrorResponse> VaultNotFound(string name) =>
        ArmErrors.Of(404, "DeletedVaultNotFound", $"The deleted vault '{name}' was not found.");
}
