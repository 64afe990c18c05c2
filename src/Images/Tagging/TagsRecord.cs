namespace Images.Tagging;

/// <summary>Records the readable tags of a plan's image.</summary>
/// <param name="Tags">The tags, which are set as soon as the registry has the image.</param>
public sealed record TagsRecord(IReadOnlyList<string> Tags)
{
    /// <summary>Name of the record.</summary>
    public const string Stage = "image-tags";
}
