using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Endpoints;

/// <summary>
/// The description of clouds that Azure's clients read from ARM_CLOUD_METADATA_URL. It names one cloud, and every address in it is the
/// emulator's own, so that no client that reads it reaches Azure.
/// </summary>
internal static class CloudEndpoints
{
    /// <summary>The name of the cloud, for AZUREML_CURRENT_CLOUD and <c>az cloud set</c>.</summary>
    public const string Name = "WorkspaceEmulator";

    private const string FirstVersion = "2019-05-01";

    // From this version on, Azure describes the cloud that answers, and no longer a list of clouds.
    private const string FirstWithOneCloud = "2022-09-01";
    private const int VersionLength = 10; // a date

    private static readonly string[] Addresses =
    [
        "portal",
        "media",
        "graphAudience",
        "graph",
        "batch",
        "resourceManager",
        "vmImageAliasDoc",
        "activeDirectoryDataLake",
        "sqlManagement",
        "gallery",
        "microsoftGraphResourceId",
    ];

    private static readonly string[] Suffixes =
    [
        "azureDataLakeStoreFileSystem",
        "acrLoginServer",
        "sqlServerHostname",
        "azureDataLakeAnalyticsCatalogAndJob",
        "keyVaultDns",
        "storage",
        "azureFrontDoorEndpointSuffix",
    ];

    public static void MapClouds(this WebApplication application) =>
        application
            .MapGet("/metadata/endpoints", Get)
            .Emulates("Run history", "Clouds", "Needs no token; names one cloud, whose addresses are the emulator's own.");

    private static Results<Ok<JsonNode>, JsonHttpResult<ArmErrorResponse>> Get(HttpRequest request, EmulatorAddress address)
    {
        var version = request.Query["api-version"].ToString();
        if (version.Length < VersionLength || !DateOnly.TryParseExact(version[..VersionLength], "yyyy-MM-dd", out _))
            return ArmErrors.BadRequest("The api-version query parameter (?api-version=) is required for all requests.");
        if (string.CompareOrdinal(version, FirstVersion) < 0)
        {
            return ArmErrors.BadRequest(
                $"The api-version '{version}' is invalid; it must be {FirstVersion} or later.",
                "InvalidApiVersionParameter"
            );
        }

        var cloud = Describe(address.Endpoint);
        return TypedResults.Ok<JsonNode>(string.CompareOrdinal(version, FirstWithOneCloud) < 0 ? new JsonArray(cloud) : cloud);
    }

    private static JsonObject Describe(Uri endpoint)
    {
        var own = endpoint.GetLeftPart(UriPartial.Authority) + "/";
        var cloud = new JsonObject
        {
            ["name"] = Name,
            ["authentication"] = new JsonObject
            {
                ["loginEndpoint"] = own,
                ["audiences"] = new JsonArray(own),
                ["tenant"] = "common",
                ["identityProvider"] = "AAD",
            },
        };
        foreach (var name in Addresses)
            cloud[name] = own;
        var suffixes = new JsonObject();
        foreach (var name in Suffixes)
            suffixes[name] = endpoint.Authority;
        // Python's client finds the account only in a host of the form ACCOUNT.blob.core.DOMAIN.
        suffixes["storage"] = $"core.localhost:{endpoint.Port}";
        cloud["suffixes"] = suffixes;
        return cloud;
    }
}
