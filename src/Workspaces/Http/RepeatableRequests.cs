using Azure.Core;

namespace Workspaces.Http;

/// <summary>Which requests do the same when they are sent twice, so that they may be sent again when nobody knows what became of the first.</summary>
internal static class RepeatableRequests
{
    // Questions asked by POST, tokens, and what ends up in one state however often it is asked for.
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
    ];

    /// <returns>
    /// True for GET, HEAD, PUT, DELETE, and PATCH of a resource. A POST is one only when it is listed: scheduling a build or making a run twice makes two.
    /// Nor is it the upload of a blob to a registry: each chunk moves the upload on, and closing it twice finds no upload.
    /// </returns>
    public static bool Contains(Request request)
    {
        var path = request.Uri.Path;
        if (request.Method == RequestMethod.Post)
        {
            return Posts.Any(end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        }

        return !(path.StartsWith("/v2/", StringComparison.Ordinal) && path.Contains("/blobs/uploads/", StringComparison.Ordinal));
    }
}
