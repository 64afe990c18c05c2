namespace WorkspaceEmulator.Storage.Azurite;

/// <summary>Holds where Azurite is.</summary>
/// <param name="Package">The package; null when it is not installed or not wanted.</param>
internal sealed record AzuriteSettings(AzuritePackage? Package);
