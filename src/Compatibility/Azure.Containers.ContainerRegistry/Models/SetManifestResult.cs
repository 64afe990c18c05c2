namespace Azure.Containers.ContainerRegistry;

/// <summary>What became of a manifest that was set.</summary>
public class SetManifestResult
{
    internal SetManifestResult(string digest) => Digest = digest;

    public string Digest { get; }
}
