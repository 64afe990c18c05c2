namespace Azure.Containers.ContainerRegistry;

/// <summary>What became of a blob that was uploaded.</summary>
public class UploadRegistryBlobResult
{
    internal UploadRegistryBlobResult(string digest, long sizeInBytes)
    {
        Digest = digest;
        SizeInBytes = sizeInBytes;
    }

    public string Digest { get; }

    public long SizeInBytes { get; }
}
