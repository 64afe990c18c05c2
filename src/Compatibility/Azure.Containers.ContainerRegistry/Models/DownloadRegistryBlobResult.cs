namespace Azure.Containers.ContainerRegistry;

/// <summary>A blob held in memory, its bytes checked against its digest.</summary>
public class DownloadRegistryBlobResult
{
    internal DownloadRegistryBlobResult(string digest, BinaryData content)
    {
        Digest = digest;
        Content = content;
    }

    public BinaryData Content { get; }

    public string Digest { get; }
}
