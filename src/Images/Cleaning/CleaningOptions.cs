namespace Images.Cleaning;

/// <summary>States which images of a repository may be deleted.</summary>
/// <param name="Before">Content tags of images built before this time may be deleted.</param>
/// <param name="OpenPullRequests">
/// Numbers of the open pull requests; null when they are unknown, so that the tags of all pull requests are kept.
/// </param>
/// <param name="Deletes">Whether to delete; otherwise the steps are only listed.</param>
public sealed record CleaningOptions(DateTimeOffset Before, IReadOnlySet<int>? OpenPullRequests, bool Deletes);
