namespace WorkspaceEmulator.Blobs;

/// <summary>Holds what a client says about a blob.</summary>
/// <param name="ContentType">Its media type; null for application/octet-stream.</param>
/// <param name="Metadata">Its metadata, by lower-case names.</param>
internal sealed record BlobFacts(string? ContentType, IReadOnlyDictionary<string, string> Metadata)
{
    public static readonly BlobFacts None = new(null, new Dictionary<string, string>(StringComparer.Ordinal));
}
