namespace Images.Registry;

/// <summary>An image for Azure to build and push.</summary>
/// <param name="Repository">Repository in the registry.</param>
/// <param name="Tag">The tag it is given.</param>
/// <param name="Dockerfile">Path in the build context, with forward slashes.</param>
/// <param name="Arguments">Build arguments by name.</param>
/// <param name="Labels">Labels by name.</param>
/// <param name="CacheFrom">References whose layers may be taken.</param>
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
