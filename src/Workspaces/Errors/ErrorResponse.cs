using System.Text.RegularExpressions;
using Workspaces.Http;

namespace Workspaces.Errors;

/// <summary>The parts of an error response that determine what to do about it.</summary>
/// <param name="Request">The request; null when it is unknown.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">The service's own error code.</param>
/// <param name="Text">The service's own message.</param>
/// <param name="Location">Target of a redirect; null without one.</param>
/// <param name="IsWebPage">Whether the body is a web page.</param>
/// <param name="RetryAfter">The wait that the service requests; null without one.</param>
internal sealed partial record ErrorResponse(
    TrackedRequest? Request,
    int Status,
    string? Code,
    string Text,
    Uri? Location,
    bool IsWebPage,
    TimeSpan? RetryAfter
)
{
    public string Host => Request?.Address.Host ?? "the service";

    public string Path => Request?.Address.AbsolutePath ?? "";

    public bool IsRead => Request?.Method is "GET" or "HEAD";

    /// <summary>ARM id of the workspace in the request's path; null when it names none.</summary>
    public string? WorkspaceId => WorkspaceIn(Path);

    /// <summary>ARM id of the workspace in a longer id or path; null without one.</summary>
    public static string? WorkspaceIn(string path) => WorkspaceScope().Match(path) is { Success: true } match ? match.Value : null;

    /// <summary>The segment that follows <paramref name="collection"/> in the request's path; null without one.</summary>
    public string? NameIn(string collection)
    {
        var segments = Path.Split('/');
        var index = Array.FindIndex(segments, segment => string.Equals(segment, collection, StringComparison.OrdinalIgnoreCase));
        return index >= 0 && index + 1 < segments.Length ? Uri.UnescapeDataString(segments[index + 1]) : null;
    }

    public bool Says(params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            if (Text.Contains(text, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    public bool Is(params ReadOnlySpan<string> codes)
    {
        foreach (var code in codes)
        {
            if (string.Equals(Code, code, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    [GeneratedRegex(
        "/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft.MachineLearningServices/workspaces/[^/]+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex WorkspaceScope();
}
