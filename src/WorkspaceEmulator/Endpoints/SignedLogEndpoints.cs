using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

internal static class SignedLogEndpoints
{
    public static void MapSignedLogs(this WebApplication application) =>
        application
            .MapGet("/azureml/{workspaceId}/ExperimentRun/dcid.{runId}/{**path}", Get)
            .Emulates("Artifacts", "Signed download", "The addresses of `logFiles` and `contentinfo`; no token, `Range` works (206, 416).");

    private static Results<FileStreamHttpResult, StorageError> Get(
        string workspaceId,
        string runId,
        string path,
        HttpRequest request,
        WorkspaceStore workspaces,
        SignedLogs logs,
        TimeProvider time
    )
    {
        var workspace = workspaces.All.FirstOrDefault(known => known.Name.Id.ToString("N") == workspaceId);
        if (workspace is null || !workspace.Runs.TryGetValue(runId, out var run) || !logs.Allows(SignedLogs.PathOf(run, path), request))
            return StorageErrors.ExpiredSignature(time);
        return run.Artifacts.Open(path) is { } file
            ? ArtifactEndpoints.Send(file, path)
            : StorageErrors.Of(404, "BlobNotFound", "The specified blob does not exist.");
    }
}
