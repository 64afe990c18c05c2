namespace Images.Cleaning;

/// <summary>Describes an image of a repository.</summary>
/// <param name="Digest">Digest of its manifest.</param>
/// <param name="Tags">All its tags.</param>
/// <param name="Created">Time of the build; null when the image does not contain it.</param>
public sealed record StoredImage(string Digest, IReadOnlyList<string> Tags, DateTimeOffset? Created);
