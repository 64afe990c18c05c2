namespace Fixtures.CodeHosts;

/// <summary>A request as a code host received it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path, decoded.</param>
/// <param name="Query">The query with its question mark.</param>
/// <param name="Body">The body.</param>
public sealed record HostRequest(string Method, string Path, string Query, string Body)
{
    public string Line => $"{Method} {Path}";
}
