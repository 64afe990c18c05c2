using Azure.Core;

namespace Azure.Containers.ContainerRegistry;

/// <summary>One manifest of a repository, named by a tag or by its digest.</summary>
public class RegistryArtifact
{
    private readonly RegistryRequests? requests;
    private readonly string repositoryName;
    private readonly string tagOrDigest;

    internal RegistryArtifact(RegistryRequests requests, string repositoryName, string tagOrDigest)
    {
        this.requests = requests;
        this.repositoryName = repositoryName;
        this.tagOrDigest = tagOrDigest;
    }

    /// <summary>Creates an instance for a test that derives from this class.</summary>
    protected RegistryArtifact() => (repositoryName, tagOrDigest) = ("", "");

    /// <summary>Gets <c>{registry}/{repository}:{tag}</c> or <c>{registry}/{repository}@{digest}</c>.</summary>
    public virtual string FullyQualifiedReference =>
        $"{Requests.Endpoint.Authority}/{RepositoryName}{(IsDigest(tagOrDigest) ? '@' : ':')}{tagOrDigest}";

    public virtual Uri RegistryEndpoint => Requests.Endpoint;

    public virtual string RepositoryName => repositoryName;

    private RegistryRequests Requests =>
        requests ?? throw new InvalidOperationException("A derived test double must override the members that are called.");

    /// <summary>Lists the tags of this artifact.</summary>
    public virtual AsyncPageable<ArtifactTagProperties> GetAllTagPropertiesAsync(
        ArtifactTagOrder tagOrder = ArtifactTagOrder.None,
        CancellationToken cancellationToken = default
    )
    {
        // The registry filters by digest; a tag is resolved when the first page is requested.
        return new TagPages(this, Requests, tagOrder, cancellationToken);
    }

    public virtual async Task<Response<ArtifactManifestProperties>> GetManifestPropertiesAsync(
        CancellationToken cancellationToken = default
    )
    {
        var digest = await GetDigestAsync(cancellationToken).ConfigureAwait(false);
        using var message = Requests.Create(RequestMethod.Get, RegistryRequests.PathOf("/acr/v1/", RepositoryName, "/_manifests/", digest));
        using var body = await Requests.ReadAsync(message, cancellationToken).ConfigureAwait(false);
        var properties = new ArtifactManifestProperties(body.RootElement.Find("manifest") ?? default, body.RootElement);
        return Response.FromValue(properties, message.Response);
    }

    public virtual async Task<Response<ArtifactTagProperties>> GetTagPropertiesAsync(
        string tag,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        using var message = Requests.Create(RequestMethod.Get, RegistryRequests.PathOf("/acr/v1/", RepositoryName, "/_tags/", tag));
        using var body = await Requests.ReadAsync(message, cancellationToken).ConfigureAwait(false);
        var properties = new ArtifactTagProperties(body.RootElement.Find("tag") ?? default, body.RootElement);
        return Response.FromValue(properties, message.Response);
    }

    /// <summary>Updates what may be done with a tag. A property of <paramref name="value"/> that is null stays.</summary>
    public virtual async Task<Response<ArtifactTagProperties>> UpdateTagPropertiesAsync(
        string tag,
        ArtifactTagProperties value,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        ArgumentNullException.ThrowIfNull(value);
        using var message = Requests.Create(RequestMethod.Patch, RegistryRequests.PathOf("/acr/v1/", RepositoryName, "/_tags/", tag));
        message.Request.Headers.SetValue(HttpHeader.Names.ContentType, "application/json");
        message.Request.Content = RequestContent.Create(BinaryData.FromString(value.WriteableProperties().ToJsonString()));
        using var body = await Requests.ReadAsync(message, cancellationToken).ConfigureAwait(false);
        var properties = new ArtifactTagProperties(body.RootElement.Find("tag") ?? default, body.RootElement);
        return Response.FromValue(properties, message.Response);
    }

    /// <summary>Deletes a tag; the manifest stays. A missing tag is no error.</summary>
    public virtual async Task<Response> DeleteTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        using var message = Requests.Create(RequestMethod.Delete, RegistryRequests.PathOf("/acr/v1/", RepositoryName, "/_tags/", tag));
        return await Requests.SendAsync(message, cancellationToken, 202, 404).ConfigureAwait(false);
    }

    /// <summary>Deletes the manifest with all its tags. A missing one is no error.</summary>
    public virtual async Task<Response> DeleteAsync(CancellationToken cancellationToken = default)
    {
        var digest = await GetDigestAsync(cancellationToken).ConfigureAwait(false);
        using var message = Requests.Create(RequestMethod.Delete, RegistryRequests.PathOf("/v2/", RepositoryName, "/manifests/", digest));
        return await Requests.SendAsync(message, cancellationToken, 202, 404).ConfigureAwait(false);
    }

    private static bool IsDigest(string reference) => reference.Contains(':', StringComparison.Ordinal);

    private async Task<string> GetDigestAsync(CancellationToken cancellationToken) =>
        IsDigest(tagOrDigest)
            ? tagOrDigest
            : (await GetTagPropertiesAsync(tagOrDigest, cancellationToken).ConfigureAwait(false)).Value.Digest
                ?? throw new RequestFailedException($"{FullyQualifiedReference} has no digest.");

    private sealed class TagPages(
        RegistryArtifact artifact,
        RegistryRequests requests,
        ArtifactTagOrder order,
        CancellationToken cancellationToken
    ) : AsyncPageable<ArtifactTagProperties>(cancellationToken)
    {
        public override async IAsyncEnumerable<Page<ArtifactTagProperties>> AsPages(
            string? continuationToken = null,
            int? pageSizeHint = null
        )
        {
            var digest = continuationToken is null ? await artifact.GetDigestAsync(CancellationToken).ConfigureAwait(false) : null;
            var path = RegistryRequests.PathOf("/acr/v1/", artifact.RepositoryName, "/_tags");
            var orderBy = order switch
            {
                ArtifactTagOrder.LastUpdatedOnAscending => "timeasc",
                ArtifactTagOrder.LastUpdatedOnDescending => "timedesc",
                _ => null,
            };
            var pages = new LinkedPages<ArtifactTagProperties>(
                requests,
                pageSize => requests.Create(RequestMethod.Get, path, ("n", pageSize?.ToString()), ("orderby", orderBy), ("digest", digest)),
                page => page.Items("tags").Select(tag => new ArtifactTagProperties(tag, page)),
                CancellationToken
            );
            await foreach (var page in pages.AsPages(continuationToken, pageSizeHint).ConfigureAwait(false))
                yield return page;
        }
    }
}
