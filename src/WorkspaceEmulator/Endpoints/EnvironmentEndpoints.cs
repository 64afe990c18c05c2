using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Arm;
using WorkspaceEmulator.Hosting;
using WorkspaceEmulator.Resources;

namespace WorkspaceEmulator.Endpoints;

internal static class EnvironmentEndpoints
{
    private const string Area = "Environments";
    private static readonly string[] FixedMembers = ["image", "build", "condaFile", "osType"];

    public static void MapEnvironments(this RouteGroupBuilder workspace)
    {
        workspace.MapGet("/environments", ListContainers).Emulates(Area, "EnvironmentContainers_List", "`listViewType` filters.");
        workspace.MapPut("/environments/{name}", PutContainer).Emulates(Area, "EnvironmentContainers_CreateOrUpdate");
        workspace.MapGet("/environments/{name}", GetContainer).Emulates(Area, "EnvironmentContainers_Get");
        workspace.MapGet("/environments/{name}/versions", ListVersions).Emulates(Area, "EnvironmentVersions_List", "`listViewType` and `$top` filter; newest first.");
        workspace.MapPut("/environments/{name}/versions/{version}", PutVersion).Emulates(
            Area, "EnvironmentVersions_CreateOrUpdate", "Image and build of a version never change: 409. The docker runtime pulls the image when a job needs it, the process runtime never.");
        workspace.MapGet("/environments/{name}/versions/{version}", GetVersion).Emulates(Area, "EnvironmentVersions_Get");
    }

    private static Ok<JsonObject> ListContainers(Workspace workspace, HttpRequest request, EmulatorAddress address) => TypedResults.Ok(Paging.Page(
        request, address.Endpoint, [.. workspace.Environments.List().Where(document => IsListed(document, request)).Select(document => RenderContainer(workspace, document))]));

    private static Results<Ok<JsonObject>, Created<JsonObject>, JsonHttpResult<ArmErrorResponse>> PutContainer(Workspace workspace, string name, JsonBody body)
    {
        if (!ResourceNames.Asset().IsMatch(name))
            return ArmErrors.BadRequest(ResourceNames.Fault("The environment name", name, ResourceNames.Asset()), "InvalidResourceName");
        if (body.Json.Object("properties") is not { } properties)
            return ArmErrors.BadRequest("properties is missing; it must describe the environment.", "InvalidRequestContent");
        var (document, created) = workspace.Environments.Put(name, properties.Clone().WithoutNulls());
        return created ? TypedResults.Created((string?)null, RenderContainer(workspace, document)) : TypedResults.Ok(RenderContainer(workspace, document));
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> GetContainer(Workspace workspace, string name) =>
        workspace.Environments.Find(name) is { } document
            ? TypedResults.Ok(RenderContainer(workspace, document))
            : ArmErrors.NotFound($"Environment '{name}' was not found in workspace '{workspace.Name.Name}'.");

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> ListVersions(
        Workspace workspace, string name, HttpRequest request, EmulatorAddress address)
    {
        if (workspace.Environments.Find(name) is null)
            return ArmErrors.NotFound($"Environment '{name}' was not found in workspace '{workspace.Name.Name}'.");
        var found = Versions(workspace, name).Where(document => IsListed(document, request)).Select(document => RenderVersion(workspace, document));
        if (int.TryParse(request.Query["$top"], NumberStyles.None, CultureInfo.InvariantCulture, out var top))
            found = found.Take(top);
        return TypedResults.Ok(Paging.Page(request, address.Endpoint, [.. found]));
    }

    private static Results<Ok<JsonObject>, Created<JsonObject>, JsonHttpResult<ArmErrorResponse>> PutVersion(
        Workspace workspace, string name, string version, JsonBody body)
    {
        if (!ResourceNames.Asset().IsMatch(name))
            return ArmErrors.BadRequest(ResourceNames.Fault("The environment name", name, ResourceNames.Asset()), "InvalidResourceName");
        if (!ResourceNames.AssetVersion().IsMatch(version))
            return ArmErrors.BadRequest(ResourceNames.Fault("The environment version", version, ResourceNames.AssetVersion()), "InvalidResourceName");
        if (body.Json.Object("properties")?.Clone().WithoutNulls() is not { } properties)
            return ArmErrors.BadRequest("properties is missing; it must describe the environment.", "InvalidRequestContent");
        if (properties.Text("image") is not { Length: > 0 } && properties.Object("build") is null)
            return ArmErrors.BadRequest("properties.image is missing; an environment must have image or build.");

        properties["osType"] ??= "Linux";
        var existing = workspace.EnvironmentVersions.Find($"{name}/{version}");
        if (existing is not null && FixedMembers.FirstOrDefault(member => !JsonNode.DeepEquals(existing.Body[member], properties[member])) is { } changed)
        {
            return ArmErrors.Conflict(
                $"Environment '{name}' version '{version}' exists with another {changed}; a version does not change. Register a new version.");
        }

        if (workspace.Environments.Find(name) is null)
            workspace.Environments.Put(name, []);
        var (document, created) = workspace.EnvironmentVersions.Put($"{name}/{version}", properties);
        return created ? TypedResults.Created((string?)null, RenderVersion(workspace, document)) : TypedResults.Ok(RenderVersion(workspace, document));
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<ArmErrorResponse>> GetVersion(Workspace workspace, string name, string version) =>
        workspace.EnvironmentVersions.Find($"{name}/{version}") is { } document
            ? TypedResults.Ok(RenderVersion(workspace, document))
            : ArmErrors.NotFound($"Environment '{name}' version '{version}' was not found in workspace '{workspace.Name.Name}'.");

    private static bool IsListed(ArmDocument document, HttpRequest request) => ListView.Includes(request, document.Body.Flag("isArchived"));

    private static IEnumerable<ArmDocument> Versions(Workspace workspace, string name) => workspace.EnvironmentVersions.List()
        .Where(document => document.Name.StartsWith($"{name}/", StringComparison.OrdinalIgnoreCase))
        .OrderByDescending(document => document.CreatedAt);

    private static JsonObject RenderContainer(Workspace workspace, ArmDocument document)
    {
        var properties = document.Body.Clone();
        var versions = Versions(workspace, document.Name).Select(version => version.Name.Split('/')[1]).ToList();
        properties["provisioningState"] = "Succeeded";
        properties["isArchived"] ??= false;
        properties["latestVersion"] = versions.FirstOrDefault();
        properties["nextVersion"] = (versions.Select(version => int.TryParse(version, out var number) ? number : 0).DefaultIfEmpty().Max() + 1).ToString();
        return document.Render(
            $"{workspace.ArmId}/environments/{document.Name}", "Microsoft.MachineLearningServices/workspaces/environments", properties);
    }

    private static JsonObject RenderVersion(Workspace workspace, ArmDocument document)
    {
        var properties = document.Body.Clone();
        properties["environmentType"] = "UserCreated";
        properties["provisioningState"] = "Succeeded";
        properties["isArchived"] ??= false;
        properties["isAnonymous"] ??= false;
        properties["autoRebuild"] ??= "Disabled";
        var parts = document.Name.Split('/');
        return (document with { Name = parts[1] }).Render(
            $"{workspace.ArmId}/environments/{parts[0]}/versions/{parts[1]}", "Microsoft.MachineLearningServices/workspaces/environments/versions", properties);
    }
}
