namespace Azure.Containers.ContainerRegistry;

/// <summary>Holds a blob while it arrives. Reading its end compares the digest: the last read throws when it differs.</summary>
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
