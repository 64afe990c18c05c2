namespace Images.Registry;

/// <summary>A manifest as a registry holds it.</summary>
/// <param name="Digest"><c>sha256:…</c> of the bytes.</param>
/// <param name="MediaType">What the bytes are.</param>
/// <param name="Content">The bytes, unchanged: the same bytes under another tag keep their digest.</param>
public sealed record ImageManifest(string Digest, string MediaType, BinaryData Content);
