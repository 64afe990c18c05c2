namespace Azure.Containers.ContainerRegistry;

/// <summary>A blob as it arrives. Reading its end checks the digest: the last read throws when the bytes are not the blob's.</summary>
public class DownloadRegistryBlobStreamingResult : IDisposable
{
    internal DownloadRegistryBlobStreamingResult(string digest, Stream content)
    {
        Digest = digest;
        Content = content;
    }

    public Stream Content { get; }

    public string Digest { get; }

    public void Dispose()
    {
        Content.Dispose();
        GC.SuppressFinalize(this);
    }
}
