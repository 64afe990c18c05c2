using System.Text.Json;
using Azure;
using Azure.Containers.ContainerRegistry;
using Azure.Core;
using Azure.Core.Pipeline;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Http;

namespace Images.Registry;

/// <summary>
/// Reads, tags and deletes the images of a repository in any registry with the OCI distribution protocol. Needs no Docker.
/// </summary>
/// <remarks>
/// Every call throws <see cref="WorkspaceException"/>, whose message is for people, when the registry refuses or does not respond.
/// </remarks>
public sealed class ImageRegistry : IDisposable
{
    private const string ManifestTypes =
        "application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, "
        + "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json";

    /// <summary>The error code of exceptions about something in the registry that is not an image.</summary>
    internal const string NoImage = "NO_IMAGE";

    private const string AzureScope = "https://containerregistry.azure.net/.default";
    private const int Concurrency = 8;

    private readonly RegistryConnection connection;
    private readonly HttpClient http;
    private readonly ContainerRegistryClient registry;
    private readonly ContainerRegistryContentClient content;

    public ImageRegistry(RegistryConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        this.connection = connection;
        var endpoint = connection.Endpoint;
        // A loopback registry is reached without the proxy.
        http = new HttpClient(
            connection.Handler
                ?? new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    UseProxy = !endpoint.IsLoopback,
                }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan, // the pipeline has its own network timeout
        };
        registry = connection.Credential is { } credential
            ? new ContainerRegistryClient(endpoint, credential, CreateOptions())
            : new ContainerRegistryClient(endpoint, CreateOptions());
        content = connection.Credential is { } same
            ? new ContainerRegistryContentClient(endpoint, connection.Repository, same, CreateOptions())
            : new ContainerRegistryContentClient(endpoint, connection.Repository, CreateOptions());
    }

    /// <summary><c>registry/repository</c>.</summary>
    public string Name => $"{connection.Registry}/{connection.Repository}";

    /// <summary>Host of the registry, with its port when it has one.</summary>
    public string Host => connection.Registry;

    /// <summary>Whether the registry is reached through this machine's loopback address.</summary>
    public bool IsLoopback => connection.Endpoint.IsLoopback;

    public void Dispose() => http.Dispose();

    /// <summary>Reads a manifest.</summary>
    /// <param name="tagOrDigest">A tag, or a digest <c>sha256:…</c>.</param>
    /// <param name="cancellationToken">Stops the request and its retries.</param>
    /// <returns>Null when the repository has no such manifest.</returns>
    public Task<ImageManifest?> FindAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        CallAsync(
            "read",
            async () =>
            {
                try
                {
                    var found = (await content.GetManifestAsync(tagOrDigest, cancellationToken)).Value;
                    return new ImageManifest(found.Digest, found.MediaType.ToString(), found.Manifest);
                }
                catch (RequestFailedException error) when (error.Status == 404)
                {
                    return null;
                }
            },
            cancellationToken
        );

    /// <summary>Reads only the digest of a tag, in one request without a body.</summary>
    /// <returns>Null when the repository has no such tag.</returns>
    public Task<string?> FindDigestAsync(string tag, CancellationToken cancellationToken) =>
        CallAsync(
            "read",
            async () =>
            {
                using var message = Create(RequestMethod.Head, $"manifests/{Uri.EscapeDataString(tag)}");
                message.Request.Headers.SetValue("Accept", ManifestTypes);
                await content.Pipeline.SendAsync(message, cancellationToken);
                return message.Response.Status switch
                {
                    200 => message.Response.Headers.TryGetValue("Docker-Content-Digest", out var digest)
                        ? digest
                        : (await content.GetManifestAsync(tag, cancellationToken)).Value.Digest,
                    404 => null,
                    _ => throw new RequestFailedException(message.Response),
                };
            },
            cancellationToken
        );

    /// <summary>Reads the digests of several tags concurrently.</summary>
    /// <returns>By tag; null for a tag that does not exist.</returns>
    public async Task<IReadOnlyDictionary<string, string?>> FindDigestsAsync(IEnumerable<string> tags, CancellationToken cancellationToken)
    {
        var digests = new System.Collections.Concurrent.ConcurrentDictionary<string, string?>(StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(tags, options, async (tag, token) => digests[tag] = await FindDigestAsync(tag, token));
        return digests;
    }

    /// <summary>Reads labels, history and layers of an image; of an image for several platforms, those for Linux on amd64.</summary>
    public async Task<ImageDescription> DescribeAsync(ImageManifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var bytes = await CallAsync("read", () => SinglePlatformAsync(manifest.Content, cancellationToken), cancellationToken);
        return await DescribeOneAsync(manifest with { Content = bytes }, cancellationToken);
    }

    /// <summary>
    /// Reads labels, history and layers of each image that a manifest names: one, or one per platform of an index. Attestations are not
    /// images.
    /// </summary>
    /// <exception cref="WorkspaceException">
    /// The registry refused or did not respond, or the manifest names no image, too many images, or something that is not an image.
    /// </exception>
    public async Task<IReadOnlyList<ImageDescription>> DescribeAllAsync(ImageManifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var index = ImageIndex.Parse(manifest);
        if (index is null)
            return [await DescribeOneAsync(manifest, cancellationToken)];
        var images = index.Images;
        if (images.Count is 0 or > ImageIndex.MostImages)
        {
            throw Unusable($"{Name}@{manifest.Digest} names {images.Count} images; it must name 1 to {ImageIndex.MostImages} of them.");
        }

        var descriptions = new List<ImageDescription>();
        foreach (var digest in images)
        {
            var image = await FindAsync(digest, cancellationToken)
                ?? throw Unusable($"{Name}@{manifest.Digest} names {digest}, which the registry does not have; it must.");
            descriptions.Add(await DescribeOneAsync(image, cancellationToken));
        }

        return descriptions;
    }

    /// <summary>Reads a blob that is kept in memory.</summary>
    /// <param name="descriptor">The descriptor of the blob in a manifest: its digest and its size.</param>
    /// <param name="cancellationToken">Stops the request and its retries.</param>
    /// <exception cref="WorkspaceException">
    /// The registry refused or did not respond, or the blob is larger than <see cref="ImageIndex.LargestDocument"/>.
    /// </exception>
    internal Task<BinaryData> ReadDocumentAsync(JsonElement descriptor, CancellationToken cancellationToken)
    {
        var digest = descriptor.Text("digest") ?? "";
        var size = descriptor.TryGetProperty("size", out var given) && given.TryGetInt64(out var bytes) ? bytes : long.MaxValue;
        if (size > ImageIndex.LargestDocument)
        {
            throw Unusable($"{Name}@{digest} has {size} bytes; a document of an image must have at most {ImageIndex.LargestDocument}.");
        }

        return CallAsync(
            "read",
            async () => (await content.DownloadBlobContentAsync(digest, cancellationToken)).Value.Content,
            cancellationToken
        );
    }

    /// <summary>Locks a tag, so that no push moves it, or unlocks it.</summary>
    /// <returns>False when the registry has no locks.</returns>
    public async Task<bool> SetLockAsync(string tag, bool isLocked, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        var artifact = registry.GetArtifact(connection.Repository, tag);
        return await WithLocksAsync(
            "write",
            async () => (await artifact.UpdateTagPropertiesAsync(tag, new() { CanWrite = !isLocked }, cancellationToken)).HasValue,
            cancellationToken
        );
    }

    /// <summary>Returns whether a tag exists and is locked.</summary>
    public Task<bool> IsLockedAsync(string tag, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        var artifact = registry.GetArtifact(connection.Repository, tag);
        return WithLocksAsync(
            "read",
            async () => (await artifact.GetTagPropertiesAsync(tag, cancellationToken)).Value.CanWrite == false,
            cancellationToken
        );
    }

    /// <summary>Sets another tag on a manifest of the repository: the same bytes and so the same digest. No layer moves.</summary>
    public Task TagAsync(ImageManifest manifest, string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentException.ThrowIfNullOrEmpty(tag);
        return CallAsync(
            "write",
            () => content.SetManifestAsync(manifest.Content, tag, (ManifestMediaType)manifest.MediaType, cancellationToken),
            cancellationToken
        );
    }

    /// <summary>Lists the tags.</summary>
    /// <returns>Every tag, sorted; empty when the repository does not exist.</returns>
    public Task<IReadOnlyList<string>> ListTagsAsync(CancellationToken cancellationToken) =>
        ListAsync(new Uri(connection.Endpoint, $"/v2/{connection.Repository}/tags/list"), "tags", cancellationToken);

    /// <summary>Lists the repositories of the registry, sorted.</summary>
    public Task<IReadOnlyList<string>> ListRepositoriesAsync(CancellationToken cancellationToken) =>
        ListAsync(new Uri(connection.Endpoint, "/v2/_catalog"), "repositories", cancellationToken);

    /// <summary>Deletes a tag and keeps the manifest and its other tags. A missing tag is not an error.</summary>
    public Task DeleteTagAsync(string tag, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        return CallAsync(
            "delete",
            async () =>
            {
                if (connection.Credential is not null)
                    await registry.GetArtifact(connection.Repository, tag).DeleteTagAsync(tag, cancellationToken);
                else if (await FindDigestAsync(tag, cancellationToken) is not null)
                    await new TagDeletion(content).DeleteAsync(tag, cancellationToken);

                return true;
            },
            cancellationToken
        );
    }

    /// <summary>Deletes a manifest with all its tags. A missing manifest is not an error.</summary>
    public Task DeleteManifestAsync(string digest, CancellationToken cancellationToken) =>
        CallAsync("delete", () => content.DeleteManifestAsync(digest, cancellationToken), cancellationToken);

    /// <summary>
    /// Gets the login for <c>docker login</c>. For an Azure registry it is a new refresh token, valid for hours, and a secret.
    /// </summary>
    /// <returns>Null when requests are anonymous.</returns>
    public Task<RegistryLogin?> GetLoginAsync(CancellationToken cancellationToken) =>
        CallAsync(
            "write",
            async () =>
            {
                if (connection.Credential is not { } credential)
                    return connection.Login;

                var aad = await credential.GetTokenAsync(new TokenRequestContext([AzureScope]), cancellationToken);
                var tokens = new RefreshTokens(ServicePipelines.Build(new HttpClientTransport(http), CreateRetries()), connection.Endpoint);
                return new RegistryLogin(RegistryLogin.AzureUser, await tokens.GetAsync(connection.Registry, aad.Token, cancellationToken));
            },
            cancellationToken
        );

    // The calls under /acr/v1 are Azure's own. Other registries do not know the path, and some require a sign-in for it, which fails.
    private async Task<bool> WithLocksAsync(string right, Func<Task<bool>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(right, call, cancellationToken);
        }
        catch (WorkspaceException error)
            when (error.Status is 404 or 405 or 501 || (connection.Credential is null && error.Status is >= 400 and < 500 and not 429))
        {
            return false;
        }
    }

    private async Task<ImageDescription> DescribeOneAsync(ImageManifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest.Content);
            var config = await ReadDocumentAsync(json.RootElement.GetProperty("config"), cancellationToken);
            return ImageDescription.Parse(manifest.Content, config);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Unusable($"{Name}@{manifest.Digest} is not an image: its manifest or its configuration cannot be read.");
        }
    }

    private static WorkspaceException Unusable(string message) => new(message, status: null, NoImage);

    private Task<IReadOnlyList<string>> ListAsync(Uri first, string member, CancellationToken cancellationToken) =>
        CallAsync(
            "read",
            async () =>
            {
                var items = new SortedSet<string>(StringComparer.Ordinal);
                var address = first;
                while (address is not null)
                {
                    using var message = content.Pipeline.CreateMessage();
                    message.Request.Method = RequestMethod.Get;
                    message.Request.Uri.Reset(address);
                    await content.Pipeline.SendAsync(message, cancellationToken);
                    if (message.Response.Status == 404)
                        break;

                    if (message.Response.Status != 200)
                        throw new RequestFailedException(message.Response);

                    using var body = JsonDocument.Parse(message.Response.Content);
                    items.UnionWith(body.RootElement.Items(member).Select(item => item.GetString()!));
                    address = NextOf(message.Response);
                }

                return (IReadOnlyList<string>)[.. items];
            },
            cancellationToken
        );

    // The next page is named in `Link: </v2/…?last=x&n=2>; rel="next"`.
    private Uri? NextOf(Response response) =>
        response.Headers.TryGetValue("Link", out var link)
        && link.IndexOf('<', StringComparison.Ordinal) is >= 0 and var start
        && link.IndexOf('>', StringComparison.Ordinal) is var end
        && end > start
            ? new Uri(connection.Endpoint, link[(start + 1)..end])
            : null;

    private async Task<BinaryData> SinglePlatformAsync(BinaryData manifest, CancellationToken cancellationToken)
    {
        using var json = JsonDocument.Parse(manifest);
        if (!json.RootElement.TryGetProperty("manifests", out _))
            return manifest;

        var digest = json
            .RootElement.Items("manifests")
            .FirstOrDefault(item =>
                item.TryGetProperty("platform", out var platform)
                && platform.Text("os") == "linux"
                && platform.Text("architecture") == "amd64"
            )
            is { ValueKind: JsonValueKind.Object } found
            ? found.Text("digest")
            : null;
        return digest is null
            ? throw Unusable($"{Name} has no image for linux/amd64 under this tag; it must have one.")
            : (await content.GetManifestAsync(digest, cancellationToken)).Value.Manifest;
    }

    private HttpMessage Create(RequestMethod method, string path)
    {
        var message = content.Pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(new Uri(connection.Endpoint, $"/v2/{connection.Repository}/{path}"));
        return message;
    }

    private RetrySettings CreateRetries() =>
        connection.Retries
        ?? (
            connection.Endpoint.IsLoopback
                ? RetrySettings.Default with
                {
                    MaxRetries = 3,
                    Delay = TimeSpan.FromMilliseconds(100),
                }
                : RetrySettings.Default
        );

    private ContainerRegistryClientOptions CreateOptions()
    {
        HttpPipelineTransport transport = new HttpClientTransport(http);
        var options = new ContainerRegistryClientOptions().Configure(transport: null, CreateRetries());
        if (connection.Credential is null)
        {
            options.AddPolicy(new DockerSignInPolicy(connection.Endpoint, connection.Login, http), HttpPipelinePosition.BeforeTransport);
            transport = connection.Endpoint.IsLoopback ? new LoopbackTransport(connection.Endpoint, transport) : transport;
        }

        options.Transport = transport;
        return options;
    }

    private async Task<T> CallAsync<T>(string right, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception error)
            when (error is not WorkspaceException && RegistryFaults.Describe(error, connection, right, cancellationToken) is not null)
        {
            throw RegistryFaults.Describe(error, connection, right, cancellationToken)!;
        }
    }
}
