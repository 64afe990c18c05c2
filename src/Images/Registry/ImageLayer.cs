namespace Images.Registry;

/// <summary>Describes a layer in a registry.</summary>
/// <param name="Digest"><c>sha256:…</c>.</param>
/// <param name="Size">Bytes, compressed.</param>
public sealed record ImageLayer(string Digest, long Size);
