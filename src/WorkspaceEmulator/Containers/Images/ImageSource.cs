using WorkspaceEmulator.Engines;

namespace WorkspaceEmulator.Containers.Images;

/// <summary>Ensures that a job's image is on this machine and can run here.</summary>
internal sealed class ImageSource(DockerEngine engine, RegistryCredentials credentials)
{
    private readonly EngineImages images = new(engine);
    private static readonly string[] Unreachable =
    [
        "connection refused",
        "no such host",
        "i/o timeout",
        "network is unreachable",
        "no route to host",
        "connection reset",
        "EOF",
        "TLS handshake",
        "Client.Timeout",
    ];

    private static readonly string[] Refused = ["unauthorized", "denied", "authentication required", "no basic auth credentials"];

    /// <summary>
    /// Pulls the image unless it is on this machine. A digest that is on this machine needs no registry, so it outlives its tags.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="log">Receives the steps of a pull.</param>
    /// <param name="cancellationToken">Cancels a pull.</param>
    /// <exception cref="ImageException">It cannot be pulled, or is for another platform.</exception>
    /// <exception cref="EngineException">The engine does not answer.</exception>
    public async Task EnsureAsync(ImageReference image, Action<string> log, CancellationToken cancellationToken)
    {
        var wanted = await engine.GetPlatformAsync(cancellationToken);
        var platform = await images.FindAsync(image.ToString(), cancellationToken);
        if (platform is null)
        {
            await PullAsync(image, wanted, log, cancellationToken);
            platform = await images.FindAsync(image.ToString(), cancellationToken);
        }
        else
        {
            log($"Image {image} is on this machine and is not pulled.");
        }

        if (platform != wanted)
            throw WrongPlatform(image, $"is for {platform}", wanted);
    }

    private async Task PullAsync(ImageReference image, string wanted, Action<string> log, CancellationToken cancellationToken)
    {
        log($"Pulling image {image}.");
        var seen = new HashSet<(string, string?)>();
        try
        {
            await images.PullAsync(image, credentials.Find(image.Registry), Report, cancellationToken);
        }
        // Null: the engine does not answer, so the image is not to blame.
        catch (EngineException error) when (error.Status is not null)
        {
            throw Explain(image, error, wanted);
        }

        // Downloading and extracting report every few kilobytes. Each step of each layer is logged once.
        void Report(string status, string? layer)
        {
            if (seen.Add((status, layer)))
                log(layer is null ? status : $"{layer}: {status}");
        }
    }

    private static ImageException Explain(ImageReference image, EngineException error, string wanted)
    {
        var reason = error.Reason;
        if (
            reason.Contains("no matching manifest", StringComparison.Ordinal)
            || reason.Contains("does not match the specified platform", StringComparison.Ordinal)
        )
        {
            return WrongPlatform(image, $"has nothing for {wanted} ({reason})", wanted, error);
        }

        if (Holds(reason, Refused))
        {
            return new(
                $"Registry {image.Registry} refused image {image}: {reason}. Sign in with `docker login {image.Registry}` as the user who "
                    + "runs the emulator, and ensure that the repository exists. Then submit the job again.",
                error
            );
        }

        if (
            reason.Contains("manifest unknown", StringComparison.Ordinal)
            || reason.Contains("not found", StringComparison.Ordinal)
            || reason.Contains("name unknown", StringComparison.Ordinal)
        )
        {
            return new(
                $"Image {image} is not in registry {image.Registry}: {reason}. Push it again, or register an environment whose image "
                    + "exists, and submit the job again.",
                error
            );
        }

        return Holds(reason, Unreachable)
            ? new(
                $"Registry {image.Registry} of image {image} does not answer: {reason}. Start it or correct its name in the environment's "
                    + "image, and submit the job again.",
                error
            )
            : new(
                $"Image {image} could not be pulled: {reason}. `docker pull {image}` on this machine shows the same; fix that and submit "
                    + "the job again.",
                error
            );
    }

    private static ImageException WrongPlatform(ImageReference image, string found, string wanted, Exception? inner = null) =>
        new(
            $"Image {image} {found}, and the Docker engine runs {wanted}. Build and push it for {wanted} (docker build --platform "
                + $"{wanted}), register it as a new version of the environment, and submit the job again.",
            inner
        );

    private static bool Holds(string reason, string[] words) =>
        words.Any(word => reason.Contains(word, StringComparison.OrdinalIgnoreCase));
}
