using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.AssetRegistries;
using WorkspaceEmulator.Assets;
using WorkspaceEmulator.Blobs;
using WorkspaceEmulator.Blobs.Access;
using WorkspaceEmulator.Mlflow;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

/// <summary>Maps containers and versions of one kind of asset.</summary>
internal sealed class AssetEndpoints(AssetKind kind)
{
    private static readonly TimeSpan PendingUploadLifetime = TimeSpan.FromHours(1);

    public static void MapAll(RouteGroupBuilder workspace)
    {
        foreach (var kind in AssetKind.All)
            new AssetEndpoints(kind).Map(workspace, "");
    }

    /// <summary>Maps the assets of registries.</summary>
    public static void MapRegistry(RouteGroupBuilder registry)
    {
        foreach (var kind in AssetRegistry.Kinds)
            new AssetEndpoints(kind).Map(registry, "Registry");
    }

    private void Map(RouteGroupBuilder home, string scope)
    {
        var area =
            scope.Length == 0
                ? char.ToUpperInvariant(kind.Segment[0]) + kind.Segment[1..]
                : $"{char.ToUpperInvariant(kind.Segment[0])}{kind.Segment[1..]} of registries";
        var (container, version) = ($"/{kind.Segment}/{{name}}", $"/{kind.Segment}/{{name}}/versions/{{version}}");
        home.MapGet($"/{kind.Segment}", ListContainers)
            .Emulates(area, $"{scope}{kind.Noun}Containers_List", "`listViewType` filters; `count` is the size of a page.");
        home.MapPut(container, PutContainer).Emulates(area, $"{scope}{kind.Noun}Containers_CreateOrUpdate");
        home.MapGet(container, GetContainer).Emulates(area, $"{scope}{kind.Noun}Containers_Get");
        home.MapDelete(container, DeleteContainer).Emulates(area, $"{scope}{kind.Noun}Containers_Delete", "Also deletes its versions.");
        home.MapGet($"{container}/versions", ListVersions)
            .Emulates(
                area,
                $"{scope}{kind.Noun}Versions_List",
                "`listViewType`, `tags`, `properties`, `version` and `$top` filter; newest first."
            );
        home.MapPut(version, PutVersion).Emulates(area, $"{scope}{kind.Noun}Versions_CreateOrUpdate", kind.Remark);
        home.MapGet(version, GetVersion).Emulates(area, $"{scope}{kind.Noun}Versions_Get");
        home.MapDelete(version, DeleteVersion).Emulates(area, $"{scope}{kind.Noun}Versions_Delete");
        if (scope.Length == 0 && (kind == AssetKind.Codes || kind == AssetKind.Data || kind == AssetKind.Models))
        {
            home.MapPost($"{version}/startPendingUpload", StartPendingUploadAsync)
                .Emulates(
                    area,
                    $"{scope}{kind.Noun}Versions_CreateOrGetStartPendingUpload",
                    "A container of the workspace's storage account for this upload, with a signature for an hour."
                );
        }
    }

    private Ok<JsonObject> ListContainers(AssetHome home, HttpRequest request, EmulatorAddress address) =>
        TypedResults.Ok(
            Paging.Page(
                request,
                address.Endpoint,
                [
                    .. home.Assets(kind)
                        .Containers.List()
                        .Where(document => IsListed(document, request))
                        .Select(document => RenderContainer(home, document)),
                ],
                Paging.SizeOf(request)
            )
        );

    private Results<Ok<JsonObject>, Created<JsonObject>, JsonHttpResult<ArmErrorResponse>> PutContainer(
        AssetHome home,
        string name,
        JsonBody body
    )
    {
        if (NameFault(name) is { } fault)
            return ArmErrors.BadRequest(fault, "InvalidResourceName");
        if (body.Json.Object("properties") is not { } properties)
            return Missing();
        var given = properties.Clone().WithoutNulls();
        if (home.Assets(kind).Containers.Find(name)?.Body[RegisteredModels.Aliases] is { } aliases)
            given[RegisteredModels.Aliases] = aliases.DeepClone();
        var (document, created) = home.Assets(kind).Containers.Put(name, given);
        return created
            ? TypedResults.Created((string?)null, RenderContainer(home, document))
            : TypedResults.Ok(RenderContainer(home, document));
    }

    private Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> GetContainer(AssetHome home, string name) =>
        home.Assets(kind).Containers.Find(name) is { } document ? TypedResults.Ok(RenderContainer(home, document)) : NotFound(home, name);

    private Results<Ok, NoContent> DeleteContainer(AssetHome home, string name) =>
        home.Assets(kind).Delete(name) ? TypedResults.Ok() : TypedResults.NoContent();

    private Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> ListVersions(
        AssetHome home,
        string name,
        HttpRequest request,
        EmulatorAddress address
    )
    {
        if (home.Assets(kind).Containers.Find(name) is null)
            return NotFound(home, name);
        var query = request.Query;
        var found = home.Assets(kind)
            .VersionsOf(name)
            .Where(document => IsListed(document, request))
            .Where(document => TextFilter.Includes($"{query["tags"]},{query["$tags"]}", document.Body.Texts("tags")))
            .Where(document => TextFilter.Includes(query["properties"].ToString(), document.Body.Texts("properties")))
            .Where(document =>
                query["version"].ToString() is not { Length: > 0 } version
                || document.Name.EndsWith($"/{version}", StringComparison.OrdinalIgnoreCase)
            );
        if (int.TryParse(query["$top"], NumberStyles.None, CultureInfo.InvariantCulture, out var top))
            found = found.Take(top);
        return TypedResults.Ok(Paging.Page(request, address.Endpoint, [.. found.Select(document => RenderVersion(home, document))]));
    }

    private Results<Ok<JsonObject>, Created<JsonObject>, JsonHttpResult<ArmErrorResponse>> PutVersion(
        AssetHome home,
        string name,
        string version,
        JsonBody body
    )
    {
        if (NameFault(name) is { } nameFault)
            return ArmErrors.BadRequest(nameFault, "InvalidResourceName");
        if (!ResourceNames.AssetVersion().IsMatch(version))
        {
            return ArmErrors.BadRequest(
                ResourceNames.Fault($"The {Noun} version", version, ResourceNames.AssetVersion()),
                "InvalidResourceName"
            );
        }

        if (body.Json.Object("properties")?.Clone().WithoutNulls() is not { } properties)
            return Missing();
        if (kind.Fault(properties) is { } fault)
            return ArmErrors.BadRequest(fault);

        foreach (var (member, value) in kind.Defaults)
            properties[member] ??= value!.DeepClone();
        var assets = home.Assets(kind);
        ArmDocument document;
        bool created;
        // Of two requests for one version, the second must see the first.
        lock (assets)
        {
            if (
                assets.Versions.Find($"{name}/{version}") is { } existing
                && kind.FixedMembers.FirstOrDefault(member => !JsonNode.DeepEquals(existing.Body[member], properties[member]))
                    is { } changed
            )
            {
                return ArmErrors.Conflict(
                    $"{kind.Noun} '{name}' version '{version}' already exists with another {changed}; a version does not change. "
                        + "Register a new version."
                );
            }

            if (assets.Containers.Find(name) is null)
                assets.Containers.Put(name, kind.SharedMember is { } shared ? new() { [shared] = properties[shared]!.DeepClone() } : []);
            (document, created) = assets.Versions.Put($"{name}/{version}", properties);
        }

        return created
            ? TypedResults.Created((string?)null, RenderVersion(home, document))
            : TypedResults.Ok(RenderVersion(home, document));
    }

    private Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> GetVersion(AssetHome home, string name, string version) =>
        home.Assets(kind).Versions.Find($"{name}/{version}") is { } document
            ? TypedResults.Ok(RenderVersion(home, document))
            : ArmErrors.NotFound($"{kind.Noun} '{name}' version '{version}' was not found in {home.Words}.");

    private Results<Ok, NoContent> DeleteVersion(AssetHome home, string name, string version) =>
        home.Assets(kind).Versions.Delete($"{name}/{version}") ? TypedResults.Ok() : TypedResults.NoContent();

    private async Task<Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>>> StartPendingUploadAsync(
        Workspace workspace,
        string name,
        string version,
        JsonBody body,
        StorageAccounts accounts,
        EmulatorAddress address,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (NameFault(name) is { } fault)
            return ArmErrors.BadRequest(fault, "InvalidResourceName");
        if (body.Json.Text("pendingUploadType") is { } type && type is not ("None" or "TemporaryBlobReference"))
            return ArmErrors.BadRequest($"pendingUploadType is '{type}'; it must be TemporaryBlobReference.");
        var account = accounts.Of(workspace);
        var container = await StorageContainers.CreateUploadAsync(workspace, cancellationToken);
        var blob = account.AddressOf(address, container);
        var signature = SharedAccessSignature.Create(account, container, "racwl", time.GetUtcNow() + PendingUploadLifetime);
        return TypedResults.Ok(
            new JsonObject
            {
                ["blobReferenceForConsumption"] = new JsonObject
                {
                    ["blobUri"] = blob,
                    ["storageAccountArmId"] = account.ArmId,
                    ["credential"] = new JsonObject { ["credentialType"] = "SAS", ["sasUri"] = $"{blob}?{signature}" },
                },
                ["pendingUploadId"] = body.Json.Text("pendingUploadId") ?? container["upload-".Length..],
                ["pendingUploadType"] = "TemporaryBlobReference",
            }
        );
    }

    private string Noun => kind.Noun.ToLowerInvariant();

    private static bool IsListed(ArmDocument document, HttpRequest request) => ListView.Includes(request, document.Body.Flag("isArchived"));

    private JsonObject RenderContainer(AssetHome home, ArmDocument document)
    {
        var properties = document.Body.Clone();
        properties.Remove(RegisteredModels.Aliases);
        var versions = home.Assets(kind).VersionsOf(document.Name).Select(version => version.Name.Split('/')[1]).ToList();
        if (kind.Computed.ContainsKey("provisioningState"))
            properties["provisioningState"] = "Succeeded";
        properties["properties"] ??= new JsonObject();
        properties["tags"] ??= new JsonObject();
        properties["isArchived"] ??= false;
        properties["latestVersion"] = versions.FirstOrDefault();
        properties["nextVersion"] = (
            versions.Select(version => int.TryParse(version, out var number) ? number : 0).DefaultIfEmpty().Max() + 1
        ).ToString();
        return document.Render($"{home.ArmId}/{kind.Segment}/{document.Name}", $"{home.Type}/{kind.Segment}", properties);
    }

    private JsonObject RenderVersion(AssetHome home, ArmDocument document)
    {
        var properties = document.Body.Clone();
        foreach (var (member, value) in kind.Computed)
            properties[member] = value!.DeepClone();
        // Python's client expects these three.
        properties["properties"] ??= new JsonObject();
        properties["tags"] ??= new JsonObject();
        foreach (var (member, value) in kind.Defaults)
            properties[member] ??= value!.DeepClone();
        properties["isArchived"] ??= false;
        properties["isAnonymous"] ??= false;
        var parts = document.Name.Split('/');
        return (document with { Name = parts[1] }).Render(
            $"{home.ArmId}/{kind.Segment}/{parts[0]}/versions/{parts[1]}",
            $"{home.Type}/{kind.Segment}/versions",
            properties
        );
    }

    private string? NameFault(string name) =>
        ResourceNames.Asset().IsMatch(name) ? null : ResourceNames.Fault($"The {Noun} name", name, ResourceNames.Asset());

    private JsonHttpResult<ArmErrorResponse> Missing() =>
        ArmErrors.BadRequest($"properties is missing; it must describe the {Noun}.", "InvalidRequestContent");

    private JsonHttpResult<ArmErrorResponse> NotFound(AssetHome home, string name) =>
        ArmErrors.NotFound($"{kind.Noun} '{name}' was not found in {home.Words}.");
}
