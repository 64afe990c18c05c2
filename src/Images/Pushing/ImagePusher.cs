using Cake.Core;
using Images.Registry;
using Workspaces.Errors;

namespace Build.Docker;

/// <summary>Pushes an image under its content tag until it has arrived whole, and makes sure that it is the one that was built.</summary>
/// <remarks>docker asks the registry for each layer first, so that an attempt after a failed one sends only what is missing.</remarks>
internal sealed class ImagePusher(DockerClient docker, ImageRegistry registry, TimeProvider time, Action<string> say, Action<string> warn)
{
    private static readonly TimeSpan[] Pauses = [.. new[] { 1, 2, 4, 8, 16, 30 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    // What registries say when a token is over, and when a right is missing: one cannot be told from the other but by a new token.
    private static readonly string[] Refusals = ["unauthorized", "authentication required", "denied", "no basic auth credentials", "token"];

    /// <param name="reference"><c>registry/repository:tag</c>, in the engine.</param>
    /// <param name="tag">The tag within it.</param>
    /// <param name="imageId">What the engine built.</param>
    /// <param name="cancellationToken">Stops between attempts.</param>
    /// <returns>The manifest in the registry.</returns>
    /// <exception cref="CakeException">It did not arrive, or what is there is another image.</exception>
    public async Task<ImageManifest> PushAsync(string reference, string tag, string imageId, CancellationToken cancellationToken)
    {
        await docker.LogInAsync();
        var refusals = 0;
        for (var attempt = 0; ; attempt++)
        {
            var (output, errors) = (new List<string>(), new List<string>());
            var exitCode = docker.Push(
                reference,
                line =>
                {
                    output.Add(line);
                    say($"  | {line}");
                },
                errors.Add
            );
            if (exitCode == 0)
                break;

            // The two streams reach this process in no order; the reason is an error.
            var said = string.Join(' ', (errors.Count > 0 ? errors : output).TakeLast(2)).Trim();
            refusals = Refusals.Any(word => said.Contains(word, StringComparison.OrdinalIgnoreCase)) ? refusals + 1 : 0;
            if (refusals > 2)
                throw new CakeException(
                    exitCode,
                    $"{registry.Name} refused the push three times, twice of them with a new sign-in: {said}. Your identity must have the right to push there (AcrPush on Azure)."
                );
            if (attempt == Pauses.Length)
                throw new CakeException(
                    exitCode,
                    $"{reference} could not be pushed in {attempt + 1} attempts: {said}. Layers that arrived are kept; the same command sends the rest."
                );
            warn($"The push failed ({said}); trying again in {Pauses[attempt].TotalSeconds} s. Layers that arrived are not sent again.");
            await Task.Delay(Pauses[attempt], time, cancellationToken);
            await LogInAgainAsync(cancellationToken);
        }

        return await VerifyAsync(tag, imageId, cancellationToken);
    }

    // A registry that is down takes no login either; then the next attempt at pushing says so.
    private async Task LogInAgainAsync(CancellationToken cancellationToken)
    {
        try
        {
            await docker.LogInAsync();
        }
        catch (Exception exception) when (exception is CakeException or WorkspaceException && !cancellationToken.IsCancellationRequested)
        {
            warn(exception.Message);
        }
    }

    private async Task<ImageManifest> VerifyAsync(string tag, string imageId, CancellationToken cancellationToken)
    {
        var manifest = await registry.FindAsync(tag, cancellationToken)
            ?? throw new CakeException(
                $"{registry.Name}:{tag} is not in the registry after the push; it must be. Push again: dotnet cake --target=Docker-Push"
            );
        // An engine with containerd's store names an image by its manifest, the others by its configuration.
        if (manifest.Digest == imageId)
            return manifest;
        var described = await registry.DescribeAsync(manifest, cancellationToken);
        return described.ConfigDigest == imageId
            ? manifest
            : throw new CakeException(
                $"{registry.Name}:{tag} is the image {described.ConfigDigest}; it must be {imageId}, which was built here. Something else pushed under the same tag; push again: dotnet cake --target=Docker-Push --rebuild"
            );
    }
}
