using Cake.Core;
using Images.Docker;
using Images.Registry;
using Workspaces.Errors;

namespace Images.Pushing;

/// <summary>Pushes an image under its content tag with retries, and verifies that the registry has the image that was built.</summary>
/// <remarks>docker first checks which layers the registry has, so that a retry sends only the missing ones.</remarks>
internal sealed class ImagePusher(ImageRun run, DockerClient docker, ImageRegistry registry)
{
    private static readonly TimeSpan[] Pauses = [.. new[] { 1, 2, 4, 8, 16, 30 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    // What registries say both when a token has expired and when a permission is missing; only a new token tells which.
    private static readonly string[] Refusals = ["unauthorized", "authentication required", "denied", "no basic auth credentials", "token"];

    /// <summary>Pushes an image; cancellation stops it between two attempts.</summary>
    /// <param name="reference"><c>registry/repository:tag</c>, in the engine.</param>
    /// <param name="tag">The tag within the reference.</param>
    /// <param name="imageId">The engine's ID of what it built.</param>
    /// <param name="findPushed">
    /// Finds, before each attempt, the image that another build pushed in the meantime; null when this one must be pushed.
    /// </param>
    /// <returns>The manifest in the registry.</returns>
    /// <exception cref="CakeException">The push failed, or the registry has another image under the tag.</exception>
    public async Task<ImageManifest> PushAsync(string reference, string tag, string imageId, Func<Task<ImageManifest?>>? findPushed = null)
    {
        await docker.LogInAsync();
        var refusals = 0;
        for (var attempt = 0; ; attempt++)
        {
            if (findPushed is not null && await findPushed() is { } pushed)
                return pushed;
            var (output, errors) = (new List<string>(), new List<string>());
            var exitCode = docker.Push(
                reference,
                line =>
                {
                    output.Add(line);
                    run.Say($"  | {line}");
                },
                errors.Add
            );
            if (exitCode == 0)
                break;

            // The order of the two streams is lost; the reason is among the errors.
            var reason = string.Join(' ', (errors.Count > 0 ? errors : output).TakeLast(2)).Trim();
            refusals = Refusals.Any(word => reason.Contains(word, StringComparison.OrdinalIgnoreCase)) ? refusals + 1 : 0;
            if (refusals > 2)
            {
                throw new CakeException(
                    exitCode,
                    $"{registry.Name} refused the push three times, two of them with a new sign-in: {reason}. "
                        + "Your identity must have the permission to push there (AcrPush on Azure)."
                );
            }

            if (attempt == Pauses.Length)
            {
                throw new CakeException(
                    exitCode,
                    $"{reference} could not be pushed in {attempt + 1} attempts: {reason}. "
                        + "The registry keeps the layers that arrived; the same command sends the rest."
                );
            }

            run.Warn($"The push failed ({reason}); retrying in {Pauses[attempt].TotalSeconds} s. Layers that arrived are kept.");
            await Task.Delay(Pauses[attempt], run.Time, run.Cancellation);
            await LogInAgainAsync();
        }

        return await VerifyAsync(tag, imageId);
    }

    // A registry that is down accepts no login either; the next attempt to push reports that.
    private async Task LogInAgainAsync()
    {
        try
        {
            await docker.LogInAsync();
        }
        catch (Exception exception) when (exception is CakeException or WorkspaceException && !run.Cancellation.IsCancellationRequested)
        {
            run.Warn(exception.Message);
        }
    }

    private async Task<ImageManifest> VerifyAsync(string tag, string imageId)
    {
        var manifest = await registry.FindAsync(tag, run.Cancellation)
            ?? throw new CakeException(
                $"{registry.Name}:{tag} is not in the registry after the push; it must be. Push again: dotnet cake --target=Docker-Push"
            );
        // An engine with containerd's store identifies an image by its manifest, other engines by its configuration.
        if (manifest.Digest == imageId)
            return manifest;
        var described = await registry.DescribeAsync(manifest, run.Cancellation);
        return described.ConfigDigest == imageId
            ? manifest
            : throw new CakeException(
                $"{registry.Name}:{tag} is the image {described.ConfigDigest}; it must be {imageId}, which was built here. "
                    + "Another build pushed under the same tag; push again: dotnet cake --target=Docker-Push --rebuild"
            );
    }
}
