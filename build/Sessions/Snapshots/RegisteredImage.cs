namespace Build.Sessions.Snapshots;

/// <summary>The image of a plan as its registry has it.</summary>
/// <param name="Digest">The digest; null when the image does not exist.</param>
/// <param name="Tags">
/// The readable tags that the image is to have, with the digest that each refers to now; null for a tag that does not exist.
/// </param>
public sealed record RegisteredImage(string? Digest, IReadOnlyDictionary<string, string?> Tags);
