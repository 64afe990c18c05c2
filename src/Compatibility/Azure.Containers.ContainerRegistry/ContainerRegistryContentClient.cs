using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Containers.ContainerRegistry;

/// <summary>The content of one repository: manifests and blobs.</summary>
/// <remarks>The endpoint must be https. Every call throws <see cref="RequestFailedException"/>, which carries the registry's error code,
/// when the registry refuses, and when bytes do not have the requested digest.</remarks>
public class ContainerRegistryContentClient
{
    // Without these a registry converts the manifest to a kind from before digests were stable.
    private const string ManifestTypes =
        "application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, "
        + "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, */*";

    private readonly RegistryRequests? requests;
    private readonly string repositoryName;

    /// <summary>Creates a client with anonymous access, for content that anybody may read.</summary>
    public ContainerRegistryContentClient(Uri endpoint, string repositoryName)
        : this(endpoint, repositoryName, new ContainerRegistryClientOptions()) { }

    /// <summary>Creates a client with anonymous access, for content that anybody may read.</summary>
    public ContainerRegistryContentClient(Uri endpoint, string repositoryName, ContainerRegistryClientOptions options)
        : this(endpoint, repositoryName, new AnonymousAccessCredential(), options) { }

    public ContainerRegistryContentClient(Uri endpoint, string repositoryName, TokenCredential credential)
        : this(endpoint, repositoryName, credential, new ContainerRegistryClientOptions()) { }

    public ContainerRegistryContentClient(
        Uri endpoint,
        string repositoryName,
        TokenCredential credential,
        ContainerRegistryClientOptions options
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(repositoryName);
        requests = new RegistryPipelines(endpoint, credential, options).Requests;
        this.repositoryName = repositoryName;
    }

    /// <summary>Creates an instance for a test that derives from this class.</summary>
    protected ContainerRegistryContentClient() => repositoryName = "";

    public virtual Uri Endpoint => Requests.Endpoint;

    /// <summary>Gets a pipeline that signs in as the client does, for calls without a method here.</summary>
    public virtual HttpPipeline Pipeline => Requests.Pipeline;

    public virtual string RepositoryName => repositoryName;

    private RegistryRequests Requests =>
        requests ?? throw new InvalidOperationException("A derived test double must override the members that are called.");

    /// <param name="tagOrDigest">A tag, or a digest <c>sha256:…</c>, against which the bytes are then checked.</param>
    /// <param name="cancellationToken">Cancels the request and its retries.</param>
    public virtual async Task<Response<GetManifestResult>> GetManifestAsync(
        string tagOrDigest,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(tagOrDigest);
        using var message = Requests.Create(RequestMethod.Get, PathOf("/manifests/", tagOrDigest));
        message.Request.Headers.SetValue(HttpHeader.Names.Accept, ManifestTypes);
        var response = await Requests.SendAsync(message, cancellationToken, 200).ConfigureAwait(false);

        var digest = DigestStream.DigestOf(response.Content);
        DigestStream.Check(digest, tagOrDigest.Contains(':', StringComparison.Ordinal) ? tagOrDigest : DigestOf(response), "manifest");
        var mediaType = response.Headers.ContentType ?? (string)ManifestMediaType.OciImageManifest;
        return Response.FromValue(new GetManifestResult(digest, mediaType, response.Content), response);
    }

    /// <param name="manifest">The bytes, sent as they are.</param>
    /// <param name="tag">The tag to give it; null stores it by its digest alone.</param>
    /// <param name="mediaType">What the bytes are; null means an OCI image manifest.</param>
    /// <param name="cancellationToken">Cancels the request and its retries.</param>
    public virtual async Task<Response<SetManifestResult>> SetManifestAsync(
        BinaryData manifest,
        string? tag = null,
        ManifestMediaType? mediaType = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var digest = DigestStream.DigestOf(manifest);
        using var message = Requests.Create(RequestMethod.Put, PathOf("/manifests/", tag ?? digest));
        message.Request.Headers.Add(HttpHeader.Names.ContentType, (mediaType ?? ManifestMediaType.OciImageManifest).ToString());
        message.Request.Content = RequestContent.Create(manifest);
        var response = await Requests.SendAsync(message, cancellationToken, 201).ConfigureAwait(false);
        DigestStream.Check(DigestOf(response) ?? digest, digest, "manifest that arrived");
        return Response.FromValue(new SetManifestResult(digest), response);
    }

    /// <summary>Deletes a manifest with all its tags. A missing one is no error.</summary>
    public virtual async Task<Response> DeleteManifestAsync(string digest, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(digest);
        using var message = Requests.Create(RequestMethod.Delete, PathOf("/manifests/", digest));
        return await Requests.SendAsync(message, cancellationToken, 202, 404).ConfigureAwait(false);
    }

    public virtual async Task<Response> DeleteBlobAsync(string digest, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(digest);
        using var message = Requests.Create(RequestMethod.Delete, PathOf("/blobs/", digest));
        return await Requests.SendAsync(message, cancellationToken, 202).ConfigureAwait(false);
    }

    /// <summary>Reads a blob into memory: for the small ones, such as an image's configuration.</summary>
    public virtual async Task<Response<DownloadRegistryBlobResult>> DownloadBlobContentAsync(
        string digest,
        CancellationToken cancellationToken = default
    )
    {
        var streaming = await DownloadBlobStreamingAsync(digest, cancellationToken).ConfigureAwait(false);
        using var blob = streaming.Value;
        var content = await BinaryData.FromStreamAsync(blob.Content, cancellationToken).ConfigureAwait(false);
        return Response.FromValue(new DownloadRegistryBlobResult(digest, content), streaming.GetRawResponse());
    }

    public virtual async Task<Response<DownloadRegistryBlobStreamingResult>> DownloadBlobStreamingAsync(
        string digest,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(digest);
        using var message = Requests.Create(RequestMethod.Get, PathOf("/blobs/", digest));
        message.Request.Headers.SetValue(HttpHeader.Names.Accept, "application/octet-stream");
        message.BufferResponse = false;
        // Registries keep blobs in a storage account and redirect there. The policy drops Authorization on the way.
        RedirectPolicy.SetAllowAutoRedirect(message, true);
        var response = await Requests.SendAsync(message, cancellationToken, 200).ConfigureAwait(false);
        var content = message.ExtractResponseContent() ?? Stream.Null;
        return Response.FromValue(new DownloadRegistryBlobStreamingResult(digest, new DigestStream(content, digest)), response);
    }

    public virtual async Task<Response> DownloadBlobToAsync(
        string digest,
        Stream destination,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(destination);
        var streaming = await DownloadBlobStreamingAsync(digest, cancellationToken).ConfigureAwait(false);
        using var blob = streaming.Value;
        await blob.Content.CopyToAsync(destination, cancellationToken).ConfigureAwait(false);
        return streaming.GetRawResponse();
    }

    public virtual async Task<Response> DownloadBlobToAsync(string digest, string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = File.Create(path);
        await using (file.ConfigureAwait(false))
            return await DownloadBlobToAsync(digest, file, cancellationToken).ConfigureAwait(false);
    }

    public virtual async Task<Response<UploadRegistryBlobResult>> UploadBlobAsync(
        BinaryData content,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(content);
        using var stream = content.ToStream();
        return await UploadBlobAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Uploads a blob in chunks of 4 MiB, each of which is retried alone.</summary>
    /// <param name="content">Read once from its current position to its end; need not be seekable.</param>
    /// <param name="cancellationToken">Cancels the upload; the registry discards what arrived.</param>
    public virtual async Task<Response<UploadRegistryBlobResult>> UploadBlobAsync(
        Stream content,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(content);
        return await new BlobUpload(Requests, PathOf("/blobs/uploads/")).SendAsync(content, cancellationToken).ConfigureAwait(false);
    }

    private static string? DigestOf(Response response) =>
        response.Headers.TryGetValue("Docker-Content-Digest", out var digest) ? digest : null;

    private string PathOf(string suffix, string? last = null) => RegistryRequests.PathOf("/v2/", RepositoryName, suffix, last);
}
