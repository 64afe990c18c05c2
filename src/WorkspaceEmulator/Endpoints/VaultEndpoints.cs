using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Vaults;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Wire.Versions;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

/// <summary>Maps the workspace's key vault: the resource and its secrets.</summary>
internal static class VaultEndpoints
{
    private const string Area = "Key vault";
    private const string Vault = Routes.ResourceGroup + "/providers/Microsoft.KeyVault/vaults/{vaultName}";
    private const string Secret = "/keyvault/{vaultName}/secrets/{secretName}";
    private static readonly string[] ArmVersions = ["2021-10-01", "2022-07-01", "2023-02-01", "2023-07-01", "2024-11-01"];
    private static readonly string[] SecretVersions = ["7.3", "7.4", "7.5", "7.6"];

    public static void MapVaults(this WebApplication application)
    {
        application
            .MapGet(Vault, Get)
            .Emulates(Area, "Vaults_Get", "The vault that a workspace names as its `keyVault`; a workspace that names none has its own.");
        application.MapGet(Secret, GetSecret).Emulates(Area, "GetSecret", "The newest version. Never recorded.");
        application
            .MapPut(Secret, SetSecret)
            .Emulates(Area, "SetSecret", "Keeps `value`, encrypted, and nothing else of the body. Never recorded.");
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> Get(
        string subscriptionId,
        string resourceGroup,
        string vaultName,
        HttpRequest request,
        VaultStore vaults,
        WorkspaceStore workspaces,
        EmulatorAddress address
    )
    {
        if (ApiVersions.Check(request, ArmVersions) is { } refused)
            return refused;
        var id = $"/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.KeyVault/vaults/{vaultName}";
        if (vaults.FindWorkspace(id) is not { } workspace)
        {
            return ArmErrors.NotFound(
                $"The Resource 'Microsoft.KeyVault/vaults/{vaultName}' under resource group '{resourceGroup}' was not found."
            );
        }

        return TypedResults.Ok(
            new JsonObject
            {
                ["id"] = id,
                ["name"] = vaultName,
                ["type"] = "Microsoft.KeyVault/vaults",
                ["location"] = workspaces.LocationOf(workspace),
                ["properties"] = new JsonObject
                {
                    ["sku"] = new JsonObject { ["family"] = "A", ["name"] = "standard" },
                    ["tenantId"] = Guid.Empty.ToString(),
                    ["accessPolicies"] = new JsonArray(),
                    ["enableRbacAuthorization"] = true,
                    ["vaultUri"] = AddressOf(vaultName, address).AbsoluteUri,
                    ["provisioningState"] = "Succeeded",
                },
            }
        );
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> GetSecret(
        string vaultName,
        string secretName,
        HttpRequest request,
        VaultStore vaults,
        EmulatorAddress address
    )
    {
        if (ApiVersions.Check(request, SecretVersions) is { } refused)
            return refused;
        if (!vaults.Exists(vaultName))
            return VaultNotFound(vaultName);
        return vaults.Find(vaultName, secretName) is { } secret
            ? TypedResults.Ok(secret.Render(AddressOf(vaultName, address)))
            : ArmErrors.Of(
                404,
                "SecretNotFound",
                $"A secret with (name/id) {secretName} was not found in this key vault. If you recently deleted this secret you may be "
                    + "able to recover it using the correct recovery command."
            );
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> SetSecret(
        string vaultName,
        string secretName,
        JsonBody body,
        HttpRequest request,
        VaultStore vaults,
        EmulatorAddress address
    )
    {
        if (ApiVersions.Check(request, SecretVersions) is { } refused)
            return refused;
        if (!vaults.Exists(vaultName))
            return VaultNotFound(vaultName);
        if (!ResourceNames.Secret().IsMatch(secretName))
            return ArmErrors.BadRequest(ResourceNames.Fault("The secret's name", secretName, ResourceNames.Secret()), "BadParameter");
        return body.Json.Text("value") is { } value
            ? TypedResults.Ok(vaults.Set(vaultName, secretName, value).Render(AddressOf(vaultName, address)))
            : ArmErrors.BadRequest("value is missing; it must be a text, the secret.", "BadParameter");
    }

    private static Uri AddressOf(string vault, EmulatorAddress address) => new(address.Endpoint, $"keyvault/{vault}/");

    // On Azure the host would not exist.
    private static JsonHttpResult<ArmErrorResponse> VaultNotFound(string name) =>
        ArmErrors.Of(404, "VaultNotFound", $"There is no key vault '{name}'; a workspace must name it as its keyVault.");
}
