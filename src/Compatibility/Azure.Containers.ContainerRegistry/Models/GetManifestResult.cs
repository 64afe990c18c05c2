namespace Azure.Containers.ContainerRegistry;

/// <summary>A manifest as the registry holds it.</summary>
public class GetManifestResult
{
    internal GetManifestResult(string digest, ManifestMediaType mediaType, BinaryData manifest)
    {
        Digest = digest;
        MediaType = mediaType;
        Manifest = manifest;
    }

    public string Digest { get; }

    /// <summary>Gets the unchanged bytes. Under another tag they have the same digest.</summary>
    public BinaryData Manifest { get; }

    public ManifestMediaType MediaType { get; }
}
