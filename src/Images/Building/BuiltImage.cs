using System.Text.Json.Serialization;
using Experiments.Records;
using Workspaces.Connection;

namespace Images.Building;

/// <summary>Records the image of a plan, built now or found in the registry.</summary>
/// <param name="Reference"><c>registry/repository:tag</c>.</param>
/// <param name="Change">Created when it was built now, Unchanged when the registry has it.</param>
/// <param name="Digest">The manifest's digest in the registry; null until it is pushed.</param>
/// <param name="ImageId">The engine's ID of what it built; null when the engine built nothing.</param>
/// <param name="Since">
/// The earlier image that <paramref name="Changes"/> compares with; null when no earlier image names its inputs.
/// </param>
/// <param name="Changes">Inputs that differ from the earlier image.</param>
/// <param name="Steps">The instructions of the build.</param>
/// <param name="Replaces">Whether it replaces the image that its content tag leads to: a rebuild, or another image was there.</param>
public sealed record BuiltImage(
    string Reference,
    StageChange Change,
    string? Digest,
    string? ImageId,
    string? Since,
    IReadOnlyList<string> Changes,
    IReadOnlyList<BuildStep> Steps,
    bool Replaces = false
) : IStageRecord
{
    /// <inheritdoc/>
    public static string Stage => "built-image";

    /// <inheritdoc/>
    public static string Target => "Docker-Build";

    /// <summary>Whether no layer above the base came from a cache, so that later builds can take all layers from this image.</summary>
    [JsonIgnore]
    public bool HasWholeCache =>
        Steps.Count > 0 && Steps.All(step => !step.IsCached || step.Instruction.StartsWith("FROM ", StringComparison.OrdinalIgnoreCase));

    /// <summary>Creates the record of an image that the registry has.</summary>
    public static BuiltImage Found(string reference, string digest) => new(reference, StageChange.Unchanged, digest, null, null, [], []);
}
