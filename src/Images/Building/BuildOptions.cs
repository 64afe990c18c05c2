namespace Images.Building;

/// <summary>States how an image is built.</summary>
/// <param name="Rebuild">Whether to build without any cache, also when the registry has the image.</param>
/// <param name="Azure">Where Azure builds; null to build with Docker.</param>
/// <param name="RequiresProvenance">Whether the image must have provenance and a bill of materials.</param>
public sealed record BuildOptions(bool Rebuild, AzureBuild? Azure, bool RequiresProvenance = false);
