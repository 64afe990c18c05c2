namespace Images.Registry;

/// <summary>Holds a manifest exactly as a registry stores it.</summary>
/// <param name="Digest"><c>sha256:…</c> of the bytes.</param>
/// <param name="MediaType">Media type of the bytes.</param>
/// <param name="Content">The unchanged bytes: under another tag they have the same digest.</param>
public sealed record ImageManifest(string Digest, string MediaType, BinaryData Content);
