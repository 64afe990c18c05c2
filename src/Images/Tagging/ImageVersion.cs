using Cake.Core;

namespace Images.Tagging;

/// <summary>Decides the version that an image is tagged with.</summary>
public static class ImageVersion
{
    /// <summary>Decides the version: the requested one, or else that of git's tag on the commit.</summary>
    /// <param name="requested">The value of <c>--version-tag</c>; null when it is not given.</param>
    /// <param name="source">
    /// Pull request or branch; a pull request, and what is not known to be exactly a commit, have no version of their own.
    /// </param>
    /// <param name="readGitTag">Reads git's tag on the commit; null when it is missing.</param>
    /// <returns>Null when there is no version.</returns>
    /// <exception cref="CakeException">The requested version cannot be a tag, or has another meaning as a tag.</exception>
    public static async Task<string?> DecideAsync(string? requested, BuildSource source, Func<Task<string?>> readGitTag)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(readGitTag);
        if (requested is not null)
        {
            return BuildSource.AsTag(requested) == requested && !ImageTags.IsReserved(requested)
                ? requested
                : throw new CakeException(
                    $"--version-tag is \"{requested}\"; it must be 1 to 128 letters, digits, '_', '.' or '-', "
                        + "and not latest, pr-NUMBER or a content tag."
                );
        }

        if (source.NoTagsReason is not null || source.PullRequest is not null)
            return null;
        return await readGitTag() is { } described && BuildSource.AsTag(described) is { } tag && !ImageTags.IsReserved(tag) ? tag : null;
    }
}
