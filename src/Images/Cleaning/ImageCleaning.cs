using System.Globalization;
using Images.Tagging;

namespace Images.Cleaning;

/// <summary>Decides which tags and images of a repository can be deleted.</summary>
public static class ImageCleaning
{
    /// <summary>Decides for every image of a repository.</summary>
    /// <param name="images">Every tagged image of the repository.</param>
    /// <param name="openPullRequests">
    /// Numbers of the open pull requests; null when they are unknown, so that the tags of all pull requests are kept.
    /// </param>
    /// <param name="before">Content tags of images built before this time may be deleted.</param>
    /// <param name="users">By digest, the user of an image: a job, a record.</param>
    /// <returns>One step per image of which something is deleted, or would be if the image were not in use.</returns>
    public static IReadOnlyList<CleaningStep> Decide(
        IEnumerable<StoredImage> images,
        IReadOnlySet<int>? openPullRequests,
        DateTimeOffset before,
        IReadOnlyDictionary<string, string> users
    )
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(users);
        return
        [
            .. images
                .Select(image => Decide(image, openPullRequests, before, users.GetValueOrDefault(image.Digest)))
                .OfType<CleaningStep>(),
        ];
    }

    private static CleaningStep? Decide(StoredImage image, IReadOnlySet<int>? openPullRequests, DateTimeOffset before, string? user)
    {
        var closed = image
            .Tags.Where(tag => ImageTags.PullRequestOf(tag) is { } number && openPullRequests?.Contains(number) == false)
            .ToList();
        var content = image.Tags.Where(ImageTags.IsContent).ToList();
        var others = image.Tags.Except(closed, StringComparer.Ordinal).Except(content, StringComparer.Ordinal).ToList();
        // An image without a build time may be new.
        var isOld = image.Created < before;
        List<string> deleted = others.Count == 0 && isOld ? [.. closed, .. content] : closed;
        if (deleted.Count == 0)
            return null;

        if (user is not null)
        {
            // A registry may delete an image without tags: an image in use keeps at least one.
            return deleted.Count == image.Tags.Count && content.Count == 0 || closed.Count == 0
                ? new(image, [], DeletesImage: false, $"used by {user}")
                : new(image, closed, DeletesImage: false, Closed(closed));
        }

        var reasons = new[]
        {
            closed.Count > 0 ? Closed(closed) : null,
            deleted.Count > closed.Count
                ? string.Create(CultureInfo.InvariantCulture, $"built {image.Created:yyyy-MM-dd}, and nothing uses it")
                : null,
        };
        return new(image, deleted, deleted.Count == image.Tags.Count && isOld, string.Join("; ", reasons.OfType<string>()));
    }

    private static string Closed(List<string> tags) => $"{string.Join(", ", tags)}: closed";
}
