using Experiments.Records;

namespace Images.Tagging;

/// <summary>Records the readable tags of a plan's image.</summary>
/// <param name="Tags">The tags, which are set as soon as the registry has the image.</param>
public sealed record TagsRecord(IReadOnlyList<string> Tags) : IStageRecord
{
    /// <inheritdoc/>
    public static string Stage => "image-tags";

    /// <inheritdoc/>
    public static string Target => "Docker-Tag";
}
