namespace Build.Docker;

/// <summary>An image of a repository, as cleaning sees it.</summary>
/// <param name="Digest">Its manifest.</param>
/// <param name="Tags">Every tag that leads to it.</param>
/// <param name="Created">When it was built; null when it does not say.</param>
public sealed record StoredImage(string Digest, IReadOnlyList<string> Tags, DateTimeOffset? Created);

/// <summary>What becomes of one image.</summary>
/// <param name="Image">The image.</param>
/// <param name="Tags">Tags that go.</param>
/// <param name="DeletesImage">Whether nothing is left of it, so that its manifest goes too.</param>
/// <param name="Reason">Why they go, or why it stays.</param>
public sealed record CleaningStep(StoredImage Image, IReadOnlyList<string> Tags, bool DeletesImage, string Reason);

/// <summary>Decides which tags and images of a repository nobody needs.</summary>
public static class ImageCleaning
{
    /// <param name="images">Every tagged image of the repository.</param>
    /// <param name="openPullRequests">Numbers of the open pull requests; null when they are not known, and then every pull request's tag stays.</param>
    /// <param name="before">Content tags of images built before this time may go.</param>
    /// <param name="uses">By digest, what needs the image: jobs, recorded outcomes, and whatever else the caller knows of.</param>
    /// <returns>One step for each image of which something goes, or would go if it were not in use.</returns>
    public static IReadOnlyList<CleaningStep> Decide(
        IEnumerable<StoredImage> images,
        IReadOnlySet<int>? openPullRequests,
        DateTimeOffset before,
        IReadOnlyDictionary<string, string> uses
    )
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(uses);
        return
        [
            .. images.Select(image => Decide(image, openPullRequests, before, uses.GetValueOrDefault(image.Digest))).OfType<CleaningStep>(),
        ];
    }

    private static CleaningStep? Decide(StoredImage image, IReadOnlySet<int>? openPullRequests, DateTimeOffset before, string? usedBy)
    {
        var closed = image
            .Tags.Where(tag => ReadableTags.PullRequestOf(tag) is { } number && openPullRequests?.Contains(number) == false)
            .ToList();
        var content = image.Tags.Where(ReadableTags.IsContent).ToList();
        var others = image.Tags.Except(closed, StringComparer.Ordinal).Except(content, StringComparer.Ordinal).ToList();
        // An image that does not say when it was built may be new.
        var isOld = image.Created < before;
        List<string> going = others.Count == 0 && isOld ? [.. closed, .. content] : closed;
        if (going.Count == 0)
            return null;

        if (usedBy is not null)
        {
            // A registry may delete what has no tag: one stays on every image that is needed.
            return going.Count == image.Tags.Count && content.Count == 0 || closed.Count == 0
                ? new(image, [], DeletesImage: false, $"used by {usedBy}")
                : new(image, closed, DeletesImage: false, Closed(closed));
        }

        var reasons = new[]
        {
            closed.Count > 0 ? Closed(closed) : null,
            going.Count > closed.Count ? $"built {image.Created:yyyy-MM-dd}, and nothing uses it" : null,
        };
        return new(image, going, going.Count == image.Tags.Count && isOld, string.Join("; ", reasons.OfType<string>()));
    }

    private static string Closed(List<string> tags) => $"{string.Join(", ", tags)}: closed";
}
