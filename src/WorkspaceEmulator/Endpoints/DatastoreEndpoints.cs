using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Blobs;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Storage;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

internal static class DatastoreEndpoints
{
    private const string Area = "Datastores";
    private static readonly string[] Types = ["AzureBlob", "AzureFile", "AzureDataLakeGen2"];
    private static readonly string[] SecretCredentials = ["AccountKey", "Sas", "ServicePrincipal"];

    public static void MapDatastores(this RouteGroupBuilder workspace)
    {
        workspace.MapGet("/datastores", List).Emulates(Area, "Datastores_List", "`names`, `isDefault`, `searchText` and `count` filter.");
        workspace
            .MapPut("/datastores/{name}", Put)
            .Emulates(
                Area,
                "Datastores_CreateOrUpdate",
                "`protocol` `file` and the folder as `endpoint` make a folder of this machine a datastore. Accounts are not checked."
            );
        workspace.MapGet("/datastores/{name}", Get).Emulates(Area, "Datastores_Get");
        workspace
            .MapDelete("/datastores/{name}", Delete)
            .Emulates(Area, "Datastores_Delete", "The folder stays. 409 for the workspace's own four.");
        workspace.MapPost("/datastores/{name}/listSecrets", ListSecrets).Emulates(Area, "Datastores_ListSecrets");
    }

    private static Ok<JsonObject> List(Workspace workspace, HttpRequest request, EmulatorAddress address)
    {
        var query = request.Query;
        var names = query["names"]
            .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var text = query["searchText"].ToString();
        var found = workspace
            .Datastores.List()
            .Where(store => names.Count == 0 || names.Contains(store.Name))
            .Where(store => store.Name.Contains(text, StringComparison.OrdinalIgnoreCase))
            .Where(store => !bool.TryParse(query["isDefault"], out var wanted) || wanted == IsDefault(store.Name))
            .Select(store => Render(workspace, store, address));
        return TypedResults.Ok(Paging.Page(request, address.Endpoint, [.. found], Paging.SizeOf(request)));
    }

    private static Results<Ok<JsonObject>, Created<JsonObject>, JsonHttpResult<ArmErrorResponse>> Put(
        Workspace workspace,
        string name,
        JsonBody body,
        SecretBox secrets,
        EmulatorAddress address
    )
    {
        if (!ResourceNames.Asset().IsMatch(name))
            return ArmErrors.BadRequest(ResourceNames.Fault("The datastore name", name, ResourceNames.Asset()), "InvalidResourceName");
        if (body.Json.Object("properties") is not { } properties)
            return ArmErrors.BadRequest("properties is missing; it must describe the datastore.", "InvalidRequestContent");
        if (Fault(properties) is { } fault)
            return ArmErrors.BadRequest(fault);
        if (Workspace.IsBuiltIn(name))
            return ArmErrors.Conflict($"Datastore '{name}' belongs to the workspace and cannot be replaced.");

        var kept = properties.Clone().WithoutNulls();
        if (kept.Object("credentials").Object("secrets") is { } given)
        {
            kept[DatastoreSecrets.Sealed] = secrets.Encrypt(given.ToJsonString());
            kept.Object("credentials")!["secrets"] = new JsonObject
            {
                ["secretsType"] = kept.Object("credentials").Text("credentialsType"),
            };
        }

        var (document, created) = workspace.Datastores.Put(name, kept);
        return created
            ? TypedResults.Created((string?)null, Render(workspace, document, address))
            : TypedResults.Ok(Render(workspace, document, address));
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> Get(
        Workspace workspace,
        string name,
        EmulatorAddress address
    ) =>
        workspace.Datastores.Find(name) is { } document ? TypedResults.Ok(Render(workspace, document, address)) : NotFound(workspace, name);

    private static Results<Ok, NoContent, JsonHttpResult<ArmErrorResponse>> Delete(Workspace workspace, string name)
    {
        if (Workspace.IsBuiltIn(name))
            return ArmErrors.Conflict($"Datastore '{name}' belongs to the workspace and cannot be deleted.");
        return workspace.Datastores.Delete(name) ? TypedResults.Ok() : TypedResults.NoContent();
    }

    private static Results<Ok<JsonNode>, JsonHttpResult<ArmErrorResponse>> ListSecrets(
        Workspace workspace,
        string name,
        SecretBox secrets,
        StorageAccounts accounts
    )
    {
        if (workspace.Datastores.Find(name) is not { } document)
            return NotFound(workspace, name);
        if (Workspace.IsBuiltIn(name))
        {
            return TypedResults.Ok<JsonNode>(new JsonObject { ["secretsType"] = "AccountKey", ["key"] = accounts.Of(workspace).Key });
        }

        if (document.Body.Text(DatastoreSecrets.Sealed) is not { } sealedText)
        {
            return ArmErrors.BadRequest(
                $"Datastore '{name}' has no secrets: its credentials are {document.Body.Object("credentials").Text("credentialsType")}."
            );
        }

        return secrets.Decrypt(sealedText) is { } text
            ? TypedResults.Ok(JsonNode.Parse(text)!)
            : ArmErrors.BadRequest($"Datastore '{name}': {DatastoreSecrets.Lost}");
    }

    private static string? Fault(JsonObject properties)
    {
        var type = properties.Text("datastoreType");
        if (!Types.Contains(type, StringComparer.Ordinal))
            return $"properties.datastoreType is '{type}'; it must be one of {string.Join(", ", Types)}.";
        foreach (
            var required in type switch
            {
                "AzureFile" => new[] { "accountName", "fileShareName" },
                "AzureDataLakeGen2" => ["accountName", "filesystem"],
                _ => [],
            }
        )
        {
            if (properties.Text(required) is not { } text || !ResourceNames.Required().IsMatch(text))
                return $"properties.{required} is missing; a datastore of type {type} must have it.";
        }

        if (properties.Text("protocol") == "file" && !Path.IsPathRooted(properties.Text("endpoint") ?? ""))
        {
            return $"properties.endpoint is '{properties.Text("endpoint")}'; with protocol 'file' it must be the absolute path of a "
                + "folder.";
        }

        var credentials = properties.Object("credentials");
        var kind = credentials.Text("credentialsType");
        if (kind == "None")
            return null;
        if (!SecretCredentials.Contains(kind, StringComparer.Ordinal))
            return $"properties.credentials.credentialsType is '{kind}'; it must be None, {string.Join(" or ", SecretCredentials)}.";
        return credentials.Object("secrets").Text("secretsType") == kind
            ? null
            : $"properties.credentials.secrets.secretsType must be {kind}, as credentialsType is.";
    }

    private static bool IsDefault(string name) => name.Equals(DatastoreUri.DefaultDatastore, StringComparison.OrdinalIgnoreCase);

    private static JsonObject Render(Workspace workspace, ArmDocument document, EmulatorAddress address)
    {
        var properties = document.Body.Clone();
        properties.Remove(DatastoreSecrets.Sealed);
        if (Workspace.IsBuiltIn(document.Name))
        {
            // Jobs use its folder; clients use the emulator's own storage account, whose containers show the same files.
            var account = StorageAccountNames.Of(workspace.Name);
            properties["accountName"] = account;
            properties["containerName"] = StorageAccountNames.ContainerOf(workspace.Name, document.Name);
            properties["endpoint"] = $"{StorageAccount.HostOf(address)}/{account}";
            properties["protocol"] = address.Endpoint.Scheme;
            properties["credentials"] = new JsonObject
            {
                ["credentialsType"] = "AccountKey",
                ["secrets"] = new JsonObject { ["secretsType"] = "AccountKey" },
            };
        }

        properties["isDefault"] = IsDefault(document.Name);
        properties["subscriptionId"] ??= workspace.Name.SubscriptionId;
        properties["resourceGroup"] ??= workspace.Name.ResourceGroup;
        return document.Render(
            $"{workspace.ArmId}/datastores/{document.Name}",
            "Microsoft.MachineLearningServices/workspaces/datastores",
            properties
        );
    }

    private static JsonHttpResult<ArmErrorResponse> NotFound(Workspace workspace, string name) =>
        ArmErrors.NotFound($"Datastore '{name}' was not found in workspace '{workspace.Name.Name}'.");
}
