using Azure.Core;

namespace Workspaces.Http;

/// <summary>Determines which requests are idempotent and can be retried when the outcome of the first try is unknown.</summary>
internal static class RepeatableRequests
{
    // Reads by POST, token requests, and operations with the same result however often they are sent.
    private static readonly string[] Posts =
    [
        "/cancel",
        "/listSecrets",
        "/listKeys",
        "/listNodes",
        "/listBuildSourceUploadUrl",
        "/listLogSasUrl",
        "/oauth2/token",
        "/oauth2/exchange",
        "/runs:query",
        "/rundata",
        "/runs/search",
        "/experiments/search",
        "/startPendingUpload",
        "/whatIf",
        "/purge",
    ];

    /// <returns>
    /// True for GET, HEAD, PUT, DELETE, and PATCH of a resource. A POST counts only when it is listed: scheduling a build twice makes two
    /// builds.
    /// The upload of a blob to a registry does not count: each chunk advances the upload, and after the closing request the upload no
    /// longer exists.
    /// </returns>
    public static bool Contains(Request request)
    {
        var path = request.Uri.Path;
        if (request.Method == RequestMethod.Post)
            return Posts.Any(end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase));

        return !(path.StartsWith("/v2/", StringComparison.Ordinal) && path.Contains("/blobs/uploads/", StringComparison.Ordinal));
    }
}
