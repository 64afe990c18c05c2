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

    /// <summary>The bytes, unchanged: setting them again under another tag keeps the digest.</summary>
    public BinaryData Manifest { get; }

    public ManifestMediaType MediaType { get; }
}
