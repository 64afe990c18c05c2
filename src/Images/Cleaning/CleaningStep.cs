namespace Images.Cleaning;

/// <summary>States the deletions of one image.</summary>
/// <param name="Image">The image.</param>
/// <param name="Tags">Tags that are deleted.</param>
/// <param name="DeletesImage">Whether the manifest is deleted with all tags.</param>
/// <param name="Reason">The reason to delete them, or to keep the image.</param>
public sealed record CleaningStep(StoredImage Image, IReadOnlyList<string> Tags, bool DeletesImage, string Reason);
