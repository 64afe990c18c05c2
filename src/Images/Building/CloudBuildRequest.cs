namespace Images.Building;

/// <summary>Requests an image that Azure builds and pushes.</summary>
/// <param name="Repository">Repository in the registry.</param>
/// <param name="Tag">Tag of the image.</param>
/// <param name="Dockerfile">Path in the build context, with forward slashes.</param>
/// <param name="Arguments">Build arguments by name.</param>
/// <param name="Labels">Labels by name.</param>
/// <param name="CacheFrom">References of images whose layers may be reused.</param>
/// <param name="Timeout">5 minutes to 8 hours.</param>
public sealed record CloudBuildRequest(
    string Repository,
    string Tag,
    string Dockerfile,
    IReadOnlyDictionary<string, string> Arguments,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<string> CacheFrom,
    TimeSpan Timeout
);
