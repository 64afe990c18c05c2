namespace Azure.Containers.ContainerRegistry;

/// <summary>Result of uploading a blob.</summary>
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
