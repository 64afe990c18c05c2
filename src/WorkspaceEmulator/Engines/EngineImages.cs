using Docker.DotNet.Models;

namespace WorkspaceEmulator.Engines;

/// <summary>Finds, pulls and builds images of a Docker engine. Every call throws <see cref="EngineException"/>.</summary>
internal sealed class EngineImages(DockerEngine engine)
{
    /// <summary>Gets the platform of an image that is on this machine; null when the image is not.</summary>
    public async Task<string?> FindAsync(string image, CancellationToken cancellationToken)
    {
        try
        {
            var found = await engine.CallAsync(
                $"GET /images/{image}/json",
                DockerEngine.CallLimit,
                (client, stop) => client.Images.InspectImageAsync(image, stop),
                cancellationToken
            );
            return $"{found.Os}/{found.Architecture}";
        }
        catch (EngineException error) when (error.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Pulls an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="credentials">Value of <c>X-Registry-Auth</c>; null for no sign-in.</param>
    /// <param name="report">Receives each step: its status, and its layer when there is one.</param>
    /// <param name="cancellationToken">Ends the pull.</param>
    /// <exception cref="EngineException">Status 500 when the pull failed after it had begun.</exception>
    public async Task PullAsync(
        ImageReference image,
        string? credentials,
        Action<string, string?> report,
        CancellationToken cancellationToken
    )
    {
        string? fault = null;
        var steps = new Steps(step =>
        {
            if (step.Error?.Message is { } message)
                fault ??= message;
            else if (step.Status is { } status)
                report(status, step.ID);
        });
        // The library encodes credentials without padding, and engine 20.10 silently ignores such a header. So it is sent as a header of
        // our own.
        Dictionary<string, string> headers = [];
        if (credentials is not null)
            headers["X-Registry-Auth"] = credentials;
        var wanted = new ImagesCreateParameters { FromImage = image.Repository, Tag = image.Digest ?? image.Tag };
        await engine.CallAsync(
            "POST /images/create",
            Timeout.InfiniteTimeSpan,
            async (client, stop) =>
            {
                await client.Images.CreateImageAsync(wanted, null, headers, steps, stop);
                return true;
            },
            cancellationToken
        );
        if (fault is not null)
            throw new EngineException($"The Docker engine could not pull {image}: {fault}", 500, fault);
    }

    /// <summary>Builds an image.</summary>
    /// <param name="wanted">The Dockerfile's path in the context, and the image's name and labels.</param>
    /// <param name="context">Archive of the context.</param>
    /// <param name="credentials">Value of <c>X-Registry-Config</c>, which signs in to the registries of base images.</param>
    /// <param name="report">Receives what the build writes, as it arrives.</param>
    /// <param name="cancellationToken">Ends the build.</param>
    /// <exception cref="EngineException">Status 500 when the build failed after it had begun.</exception>
    public async Task BuildAsync(
        ImageBuildParameters wanted,
        Stream context,
        string credentials,
        Action<string> report,
        CancellationToken cancellationToken
    )
    {
        string? fault = null;
        var seen = new HashSet<(string, string?)>();
        var steps = new Steps(step =>
        {
            if (step.Error?.Message is { } message)
                fault ??= message;
            else if (step.Stream is { } text)
                report(text);
            // Downloading and extracting a base image report every few kilobytes.
            else if (step.Status is { } status && seen.Add((status, step.ID)))
                report($"{(step.ID is { Length: > 0 } layer ? $"{layer}: " : "")}{status}\n");
        });
        await engine.CallAsync(
            "POST /build",
            Timeout.InfiniteTimeSpan,
            async (client, stop) =>
            {
                var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["X-Registry-Config"] = credentials };
                await client.Images.BuildImageFromDockerfileAsync(wanted, context, null, headers, steps, stop);
                return true;
            },
            cancellationToken
        );
        if (fault is not null)
            throw new EngineException($"The Docker engine could not build {string.Join(", ", wanted.Tags ?? [])}: {fault}", 500, fault);
    }

    /// <summary>Reports synchronously and in order, unlike <see cref="Progress{T}"/>.</summary>
    private sealed class Steps(Action<JSONMessage> report) : IProgress<JSONMessage>
    {
        public void Report(JSONMessage value) => report(value);
    }
}
