using Workspaces.Connection;

namespace Images.Pushing;

/// <summary>Records the image of a plan in its registry, whose digest the job is pinned to.</summary>
/// <param name="Image"><c>registry/repository@sha256:…</c>.</param>
/// <param name="Repository"><c>registry/repository</c>.</param>
/// <param name="Digest"><c>sha256:…</c>.</param>
/// <param name="Tags">Tags of the image, the content tag first.</param>
/// <param name="Change">Created when it was pushed now.</param>
public sealed record PushedImage(string Image, string Repository, string Digest, IReadOnlyList<string> Tags, StageChange Change)
{
    /// <summary>Name of the record.</summary>
    public const string Stage = "pushed-image";
}
