using Images.Building;
using Images.Registry;
using Workspaces.Errors;

namespace Images.Pushing;

/// <summary>Decides what to do about a content tag that is locked already when an image is to be pushed under it.</summary>
/// <param name="run">The run.</param>
/// <param name="registry">The repository.</param>
/// <param name="images">Finds the image under the tag.</param>
/// <param name="tag">The content tag.</param>
/// <param name="replaces">Whether the push replaces the image that the tag leads to.</param>
internal sealed class LockedTag(ImageRun run, ImageRegistry registry, ContentImages images, string tag, bool replaces)
{
    /// <summary>Unlocks the tag where the push must move it.</summary>
    /// <returns>
    /// The image that another build of the same inputs pushed in the meantime, which is used; null when this one is pushed.
    /// </returns>
    public async Task<ImageManifest?> OpenAsync()
    {
        try
        {
            if (!await registry.IsLockedAsync(tag, run.Cancellation))
                return null;
            if (!replaces && await images.FindAsync(tag, run.Cancellation) is { Fault: null, Manifest: { } pushed })
            {
                run.Say($"  {registry.Name}:{tag} was pushed by another build of the same inputs, and is used ({pushed.Digest})");
                return pushed;
            }

            await registry.SetLockAsync(tag, isLocked: false, run.Cancellation);
            run.Say($"  {registry.Name}:{tag} is unlocked, because this image replaces it");
            return null;
        }
        catch (WorkspaceException error) when (!run.Cancellation.IsCancellationRequested)
        {
            // The push itself reports what it is refused.
            run.Warn(error.Message);
            return null;
        }
    }
}
