using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.AssetRegistries;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

/// <summary>Maps the registries of Azure ML, which workspaces share; <see cref="AssetEndpoints"/> maps their assets.</summary>
internal static class AssetRegistryEndpoints
{
    private const string Area = "Registries";
    private static readonly string[] Members = ["tags", "kind", "sku", "identity"];

    public static void MapAssetRegistries(this RouteGroupBuilder arm)
    {
        arm.MapGet(Routes.Subscription + Routes.Provider + "/registries", ListOfSubscription)
            .Emulates(Area, "Registries_ListBySubscription");
        arm.MapGet(Routes.ResourceGroup + Routes.Provider + "/registries", ListOfGroup).Emulates(Area, "Registries_List");
        arm.MapPut(Routes.AssetRegistry, Put)
            .Emulates(
                Area,
                "Registries_CreateOrUpdate",
                "Responds at once. Regions are kept and have no effect. A job that needs an asset of a registry gets 501."
            );
        var registry = arm.MapGroup(Routes.AssetRegistry).WithMetadata(new AssetRegistryScope());
        registry.MapGet("", Get).Emulates(Area, "Registries_Get");
        registry.MapPatch("", Patch).Emulates(Area, "Registries_Update", "Replaces tags, sku and identity.");
        arm.MapDelete(Routes.AssetRegistry, Delete).Emulates(Area, "Registries_Delete", "Responds 200 at once. Also deletes its assets.");
        AssetEndpoints.MapRegistry(registry);
    }

    private static Ok<JsonObject> ListOfSubscription(
        string subscriptionId,
        HttpRequest request,
        AssetRegistryStore registries,
        WorkspaceSettings settings,
        EmulatorAddress address
    ) => ListOf(request, registries.List(subscriptionId, null), settings, address);

    private static Ok<JsonObject> ListOfGroup(
        string subscriptionId,
        string resourceGroup,
        HttpRequest request,
        AssetRegistryStore registries,
        WorkspaceSettings settings,
        EmulatorAddress address
    ) => ListOf(request, registries.List(subscriptionId, resourceGroup), settings, address);

    private static Ok<JsonObject> ListOf(
        HttpRequest request,
        IEnumerable<(AssetRegistry Registry, ArmDocument Document)> found,
        WorkspaceSettings settings,
        EmulatorAddress address
    ) =>
        TypedResults.Ok(
            Paging.Page(request, address.Endpoint, [.. found.Select(each => Render(each.Registry.Name, each.Document, settings))])
        );

    private static Results<Ok<JsonObject>, Created<JsonObject>, JsonHttpResult<ArmErrorResponse>> Put(
        HttpRequest request,
        JsonBody body,
        AssetRegistryStore registries,
        WorkspaceSettings settings
    )
    {
        var name = AssetRegistryName.Of(request);
        if (body.Json?.Clone().WithoutNulls() is not { } given)
            return ArmErrors.BadRequest("The request body must be a JSON object.", "InvalidRequestContent");
        if (!ResourceNames.Workspace().IsMatch(name.Name))
        {
            return ArmErrors.BadRequest(
                ResourceNames.Fault("The registry name", name.Name, ResourceNames.Workspace()),
                "InvalidResourceName"
            );
        }

        if (!WorkspaceName.TryParse(name.Key, out _))
            return ArmErrors.BadRequest("The subscription and resource group must be plain names.", "InvalidResourceName");
        if (given.Object("properties") is null)
            return ArmErrors.BadRequest("properties is missing; it must describe the registry.", "InvalidRequestContent");
        var (document, created) = registries.Put(name, given);
        var rendered = Render(name, document, settings);
        return created ? TypedResults.Created((string?)null, rendered) : TypedResults.Ok(rendered);
    }

    private static Ok<JsonObject> Get(HttpRequest request, AssetRegistryStore registries, WorkspaceSettings settings)
    {
        var name = AssetRegistryName.Of(request);
        return TypedResults.Ok(Render(registries.Find(name)!.Name, registries.DocumentOf(name)!, settings));
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> Patch(
        HttpRequest request,
        JsonBody body,
        AssetRegistryStore registries,
        WorkspaceSettings settings
    )
    {
        if (body.Json is not { } given)
            return ArmErrors.BadRequest("The request body must be a JSON object.", "InvalidRequestContent");
        var name = registries.Find(AssetRegistryName.Of(request))!.Name;
        var kept = registries.DocumentOf(name)!.Body;
        foreach (var member in new[] { "tags", "sku", "identity" })
            kept[member] = (given[member] ?? kept[member])?.DeepClone();
        return TypedResults.Ok(Render(name, registries.Put(name, kept.WithoutNulls()).Document, settings));
    }

    private static Results<Ok, NoContent> Delete(HttpRequest request, AssetRegistryStore registries) =>
        registries.Delete(AssetRegistryName.Of(request)) ? TypedResults.Ok() : TypedResults.NoContent();

    private static JsonObject Render(AssetRegistryName name, ArmDocument document, WorkspaceSettings settings)
    {
        var resource = ArmDocument.Envelope(
            name.ArmId,
            name.Name,
            "Microsoft.MachineLearningServices/registries",
            document.CreatedAt,
            document.ModifiedAt,
            document.Body.Object("properties")!.Clone()
        );
        resource["location"] = document.Body.Text("location") ?? settings.Location;
        foreach (var member in Members)
        {
            if (document.Body[member] is { } value)
                resource[member] = value.DeepClone();
        }

        return resource;
    }
}
