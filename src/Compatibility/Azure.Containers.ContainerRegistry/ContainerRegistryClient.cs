using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Containers.ContainerRegistry;

/// <summary>Reads the repositories of a registry and deletes them.</summary>
/// <remarks>The endpoint must be https. Every call throws <see cref="RequestFailedException"/>, which carries the registry's error code,
/// when the registry refuses; throttling and server faults are retried first.</remarks>
public class ContainerRegistryClient
{
    private readonly RegistryPipelines? pipelines;

    /// <summary>Creates a client with anonymous access, for content that anybody may read.</summary>
    public ContainerRegistryClient(Uri endpoint)
        : this(endpoint, new ContainerRegistryClientOptions()) { }

    /// <summary>Creates a client with anonymous access, for content that anybody may read.</summary>
    public ContainerRegistryClient(Uri endpoint, ContainerRegistryClientOptions options)
        : this(endpoint, new AnonymousAccessCredential(), options) { }

    public ContainerRegistryClient(Uri endpoint, TokenCredential credential)
        : this(endpoint, credential, new ContainerRegistryClientOptions()) { }

    public ContainerRegistryClient(Uri endpoint, TokenCredential credential, ContainerRegistryClientOptions options) =>
        pipelines = new RegistryPipelines(endpoint, credential, options);

    /// <summary>Creates an instance for a test that derives from this class.</summary>
    protected ContainerRegistryClient() { }

    public virtual Uri Endpoint => Pipelines.Requests.Endpoint;

    /// <summary>Gets a pipeline that signs in as the client does, for calls without a method here.</summary>
    public virtual HttpPipeline Pipeline => Pipelines.Requests.Pipeline;

    private RegistryPipelines Pipelines =>
        pipelines ?? throw new InvalidOperationException("A derived test double must override the members that are called.");

    /// <param name="repositoryName">Such as <c>team/detection</c>; need not exist yet.</param>
    public virtual ContainerRepository GetRepository(string repositoryName)
    {
        ArgumentException.ThrowIfNullOrEmpty(repositoryName);
        return new ContainerRepository(Pipelines.Requests, repositoryName);
    }

    /// <param name="repositoryName">Such as <c>team/detection</c>.</param>
    /// <param name="tagOrDigest">A tag, or a digest <c>sha256:…</c>.</param>
    public virtual RegistryArtifact GetArtifact(string repositoryName, string tagOrDigest)
    {
        ArgumentException.ThrowIfNullOrEmpty(repositoryName);
        ArgumentException.ThrowIfNullOrEmpty(tagOrDigest);
        return new RegistryArtifact(Pipelines.Requests, repositoryName, tagOrDigest);
    }

    public virtual AsyncPageable<string> GetRepositoryNamesAsync(CancellationToken cancellationToken = default)
    {
        var requests = Pipelines.Requests;
        return new LinkedPages<string>(
            requests,
            pageSize => requests.Create(RequestMethod.Get, "/acr/v1/_catalog", ("n", pageSize?.ToString())),
            page => page.Items("repositories").Select(name => name.GetString()!),
            cancellationToken
        );
    }

    /// <summary>Deletes a repository with all its manifests and tags. A missing one is no error.</summary>
    public virtual async Task<Response> DeleteRepositoryAsync(string repositoryName, CancellationToken cancellationToken = default) =>
        await GetRepository(repositoryName).DeleteAsync(cancellationToken).ConfigureAwait(false);
}
