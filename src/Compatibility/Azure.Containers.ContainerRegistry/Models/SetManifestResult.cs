namespace Azure.Containers.ContainerRegistry;

/// <summary>Result of setting a manifest.</summary>
public class SetManifestResult
{
    internal SetManifestResult(string digest) => Digest = digest;

    public string Digest { get; }
}
