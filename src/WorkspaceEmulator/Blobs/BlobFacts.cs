namespace WorkspaceEmulator.Blobs;

/// <summary>Holds what a client says about a blob.</summary>
/// <param name="Headers">Its headers, by the names in responses, such as <c>Content-Type</c>.</param>
/// <param name="Metadata">Its metadata, by lower-case names.</param>
internal sealed record BlobFacts(IReadOnlyDictionary<string, string> Headers, IReadOnlyDictionary<string, string> Metadata)
{
    public static readonly BlobFacts None = new(
        new Dictionary<string, string>(StringComparer.Ordinal),
        new Dictionary<string, string>(StringComparer.Ordinal)
    );

    /// <summary>Gets when they were stored without new content; null when they came with it.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>Gets the blocks of the content; null when it did not come in blocks.</summary>
    public IReadOnlyList<BlobBlock>? Blocks { get; init; }
}
