using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

internal static class ArtifactEndpoints
{
    private const string Area = "Artifacts";
    private const int PageSize = 500;

    public static void MapArtifacts(this RouteGroupBuilder artifacts)
    {
        artifacts
            .MapGet("/ExperimentRun/dcid.{runId}", List)
            .Emulates(Area, "Artifacts_ListInContainer", "`path` is a prefix; 500 per page.");
        artifacts.MapGet("/ExperimentRun/dcid.{runId}/content", Download).Emulates(Area, "Artifacts_Download", "`Range` works.");
        artifacts
            .MapPost("/ExperimentRun/dcid.{runId}/content", Upload)
            .Emulates(Area, "Artifacts_Upload", "`append` adds to the file; 409 for an existing file without `allowOverwrite`.");
        artifacts.MapGet("/ExperimentRun/dcid.{runId}/contentinfo", GetInfo).Emulates(Area, "Artifacts_GetContentInformation");
        artifacts
            .MapGet("/ExperimentRun/dcid.{runId}/prefix/contentinfo", ListInfo)
            .Emulates(Area, "Artifacts_ListSasByPrefix", "500 per page.");
    }

    /// <summary>Creates the response that sends an artifact.</summary>
    public static FileStreamHttpResult Send(FileSnapshot file, string path) =>
        TypedResults.Stream(file, ContentTypeOf(path), lastModified: file.ModifiedAt, enableRangeProcessing: true);

    private static string ContentTypeOf(string path) =>
        Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".txt" or ".log" or ".csv" or ".md" or ".jsonl" => "text/plain; charset=utf-8",
            ".json" => "application/json",
            ".png" => "image/png",
            ".jpg" or ".jpeg" => "image/jpeg",
            _ => "application/octet-stream",
        };

    private static Results<Ok<JsonObject>, JsonHttpResult<JsonObject>> List(
        Workspace workspace,
        string runId,
        string? path,
        string? continuationToken,
        Caller caller,
        HttpRequest request,
        EmulatorAddress address,
        TimeProvider time
    ) =>
        Find(workspace, runId, caller) is { } run
            ? TypedResults.Ok(Page(run.Artifacts.List(path ?? ""), continuationToken, request, address, item => Describe(run, item)))
            : NotFound(runId, null, time);

    private static Results<FileStreamHttpResult, JsonHttpResult<JsonObject>> Download(
        Workspace workspace,
        string runId,
        string path,
        Caller caller,
        TimeProvider time
    ) => Find(workspace, runId, caller)?.Artifacts.Open(path) is { } file ? Send(file, path) : NotFound(runId, path, time);

    private static async Task<Results<Ok<JsonObject>, JsonHttpResult<JsonObject>>> Upload(
        Workspace workspace,
        string runId,
        string path,
        bool? append,
        bool? allowOverwrite,
        Caller caller,
        HttpRequest request,
        TimeProvider time
    )
    {
        if (Find(workspace, runId, caller) is not { } run)
            return NotFound(runId, null, time);
        var mode =
            append == true ? UploadMode.Append
            : allowOverwrite == true ? UploadMode.Replace
            : UploadMode.New;
        try
        {
            // A client that waits for permission to send a large body is spared it.
            var isStored =
                (mode != UploadMode.New || run.Artifacts.Find(path) is null)
                && await run.Artifacts.StoreAsync(path, request.Body, mode, request.HttpContext.RequestAborted);
            return isStored
                ? TypedResults.Ok(Describe(run, path))
                : DataPlaneErrors.Of(
                    409,
                    "UserError",
                    $"Artifact '{path}' of run '{runId}' already exists; allowOverwrite=true replaces it.",
                    time
                );
        }
        catch (RefusedPathException error)
        {
            return DataPlaneErrors.Of(400, "ValidationError", $"'{path}' is not an artifact path: {error.Reason}.", time);
        }
    }

    private static Results<Ok<JsonObject>, JsonHttpResult<JsonObject>> GetInfo(
        Workspace workspace,
        string runId,
        string path,
        Caller caller,
        SignedLogs signed,
        TimeProvider time
    ) =>
        Find(workspace, runId, caller) is { } run && run.Artifacts.Find(path) is not null
            ? TypedResults.Ok(DescribeContent(run, path, signed))
            : NotFound(runId, path, time);

    private static Results<Ok<JsonObject>, JsonHttpResult<JsonObject>> ListInfo(
        Workspace workspace,
        string runId,
        string? path,
        string? continuationToken,
        Caller caller,
        HttpRequest request,
        SignedLogs signed,
        EmulatorAddress address,
        TimeProvider time
    ) =>
        Find(workspace, runId, caller) is { } run
            ? TypedResults.Ok(
                Page(run.Artifacts.List(path ?? ""), continuationToken, request, address, item => DescribeContent(run, item, signed))
            )
            : NotFound(runId, null, time);

    private static JsonObject Page(
        IReadOnlyList<string> paths,
        string? token,
        HttpRequest request,
        EmulatorAddress address,
        Func<string, JsonObject> describe
    )
    {
        var skip = int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var page = new JsonObject { ["value"] = paths.Skip(skip).Take(PageSize).Select(JsonNode? (path) => describe(path)).ToJsonArray() };
        if ((long)skip + PageSize < paths.Count)
        {
            page["continuationToken"] = (skip + PageSize).ToString();
            page["nextLink"] = new Uri(
                address.Endpoint,
                $"{request.Path}?path={Uri.EscapeDataString(request.Query["path"].ToString())}&continuationToken={skip + PageSize}"
            ).AbsoluteUri;
        }

        return page;
    }

    private static JsonObject Describe(Run run, string path)
    {
        var json = new JsonObject
        {
            ["artifactId"] = $"ExperimentRun/{run.DataContainer}/{path}",
            ["origin"] = "ExperimentRun",
            ["container"] = run.DataContainer,
            ["path"] = path,
        };
        if (run.Artifacts.Find(path) is { } file)
            json["createdTime"] = file.ModifiedAt.UtcDateTime.ToString("O");
        return json;
    }

    private static JsonObject DescribeContent(Run run, string path, SignedLogs signed) =>
        new()
        {
            ["contentUri"] = signed.AddressOf(run, path),
            ["origin"] = "ExperimentRun",
            ["container"] = run.DataContainer,
            ["path"] = path,
        };

    private static Run? Find(Workspace workspace, string id, Caller caller) =>
        workspace.Runs.TryGetValue(id, out var run) && caller.MayUse(run.Key) ? run : null;

    private static JsonHttpResult<JsonObject> NotFound(string runId, string? path, TimeProvider time) =>
        DataPlaneErrors.Of(
            404,
            "UserError",
            path is null ? $"Run '{runId}' was not found." : $"Artifact '{path}' of run '{runId}' was not found.",
            time
        );
}
