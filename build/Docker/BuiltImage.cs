using System.Text.Json.Serialization;
using Experiments.Records;
using Workspaces.Connection;

namespace Build.Docker;

/// <summary>The image of a plan, built or found.</summary>
/// <param name="Reference"><c>registry/repository:tag</c>.</param>
/// <param name="Change">Created when it was built now, Unchanged when it was in the registry.</param>
/// <param name="Digest">The manifest's digest in the registry; null until it is pushed.</param>
/// <param name="ImageId">The engine's own name of what it built; null when it built nothing.</param>
/// <param name="Since">The earlier image that <paramref name="Changes"/> compares with; null when there is none that says.</param>
/// <param name="Changes">Inputs that differ from the earlier image.</param>
/// <param name="Steps">The instructions: cached or not, seconds, bytes.</param>
public sealed record BuiltImage(
    string Reference,
    StageChange Change,
    string? Digest,
    string? ImageId,
    string? Since,
    IReadOnlyList<string> Changes,
    IReadOnlyList<BuildStep> Steps
) : IStageRecord
{
    /// <inheritdoc/>
    public static string Stage => "built-image";

    /// <inheritdoc/>
    public static string Target => "Docker-Build";

    /// <summary>Whether every layer above the base was built and none taken from a cache, so that later builds can take them all from this image.</summary>
    [JsonIgnore]
    public bool HasWholeCache =>
        Steps.Count > 0 && Steps.All(step => !step.IsCached || step.Instruction.StartsWith("FROM ", StringComparison.OrdinalIgnoreCase));

    /// <summary>An image that the registry has.</summary>
    public static BuiltImage Found(string reference, string digest) => new(reference, StageChange.Unchanged, digest, null, null, [], []);
}

/// <summary>The readable tags of a plan's image.</summary>
/// <param name="Tags">Set in the registry when the image is there.</param>
public sealed record ImageTags(IReadOnlyList<string> Tags) : IStageRecord
{
    /// <inheritdoc/>
    public static string Stage => "image-tags";

    /// <inheritdoc/>
    public static string Target => "Docker-Tag";
}

/// <summary>The image of a plan in its registry: what the job is pinned to.</summary>
/// <param name="Image"><c>registry/repository@sha256:…</c>.</param>
/// <param name="Repository"><c>registry/repository</c>.</param>
/// <param name="Digest"><c>sha256:…</c>.</param>
/// <param name="Tags">Tags that lead to it, the content tag first.</param>
/// <param name="Change">Created when it was pushed now.</param>
public sealed record PushedImage(string Image, string Repository, string Digest, IReadOnlyList<string> Tags, StageChange Change)
    : IStageRecord
{
    /// <inheritdoc/>
    public static string Stage => "pushed-image";

    /// <inheritdoc/>
    public static string Target => "Docker-Push";
}
