using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.References;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

/// <summary>Maps the operations by which clients find the addresses of a job's outputs from the ids in run history.</summary>
internal static class AssetAddressEndpoints
{
    private const string Area = "Outputs of jobs";

    public static void MapAssetAddresses(this WebApplication application)
    {
        application
            .MapGroup("/data/v1.0" + Routes.Workspace)
            .WithMetadata(new WorkspaceScope())
            .MapPost("/dataversion/batchGetResolvedUris", GetDataAddresses)
            .Emulates(Area, "DataVersion_BatchGetResolvedUris", "Ids of `outputs` of run history, and of registered data.");
        application
            .MapGroup("/modelregistry/v1.0" + Routes.Workspace)
            .WithMetadata(new WorkspaceScope())
            .MapPost("/models/batchGetResolvedUris", GetModelAddresses)
            .Emulates(Area, "Models_BatchGetResolvedUris", "Ids of `outputs` of run history, and of registered models.");
    }

    private static Ok<JsonObject> GetDataAddresses(Workspace workspace, JsonBody body) => Resolve(workspace, body, "uri");

    private static Ok<JsonObject> GetModelAddresses(Workspace workspace, JsonBody body) => Resolve(workspace, body, "path");

    private static Ok<JsonObject> Resolve(Workspace workspace, JsonBody body, string member)
    {
        var values = new JsonObject();
        foreach (var id in body.Json.Array("values") ?? [])
        {
            if (
                id is JsonValue value
                && value.GetValueKind() == JsonValueKind.String
                && OutputAssets.Find(workspace, value.GetValue<string>()) is var (address, type)
            )
            {
                values[value.GetValue<string>()] = new JsonObject { [member] = address, ["type"] = type };
            }
        }

        return TypedResults.Ok(new JsonObject { ["values"] = values });
    }
}
