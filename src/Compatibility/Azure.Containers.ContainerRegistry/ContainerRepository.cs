using Azure.Core;

namespace Azure.Containers.ContainerRegistry;

/// <summary>One repository of a registry.</summary>
public class ContainerRepository
{
    private readonly RegistryRequests? requests;
    private readonly string name;

    internal ContainerRepository(RegistryRequests requests, string name)
    {
        this.requests = requests;
        this.name = name;
    }

    /// <summary>Creates an instance for a test that derives from this class.</summary>
    protected ContainerRepository() => name = "";

    public virtual string Name => name;

    public virtual Uri RegistryEndpoint => Requests.Endpoint;

    private RegistryRequests Requests =>
        requests ?? throw new InvalidOperationException("A derived test double must override the members that are called.");

    public virtual RegistryArtifact GetArtifact(string tagOrDigest)
    {
        ArgumentException.ThrowIfNullOrEmpty(tagOrDigest);
        return new RegistryArtifact(Requests, Name, tagOrDigest);
    }

    public virtual AsyncPageable<ArtifactManifestProperties> GetAllManifestPropertiesAsync(
        ArtifactManifestOrder manifestOrder = ArtifactManifestOrder.None,
        CancellationToken cancellationToken = default
    )
    {
        var path = RegistryRequests.PathOf("/acr/v1/", Name, "/_manifests");
        var order = manifestOrder switch
        {
            ArtifactManifestOrder.LastUpdatedOnAscending => "timeasc",
            ArtifactManifestOrder.LastUpdatedOnDescending => "timedesc",
            _ => null,
        };
        return new LinkedPages<ArtifactManifestProperties>(
            Requests,
            pageSize => Requests.Create(RequestMethod.Get, path, ("n", pageSize?.ToString()), ("orderby", order)),
            page => page.Items("manifests").Select(manifest => new ArtifactManifestProperties(manifest, page)),
            cancellationToken
        );
    }

    /// <summary>Deletes the repository with all its manifests and tags. A missing one is no error.</summary>
    public virtual async Task<Response> DeleteAsync(CancellationToken cancellationToken = default)
    {
        using var message = Requests.Create(RequestMethod.Delete, RegistryRequests.PathOf("/acr/v1/", Name));
        return await Requests.SendAsync(message, cancellationToken, 202, 404).ConfigureAwait(false);
    }
}
