namespace WorkspaceEmulator.Registry;

/// <summary>Holds what the command line says about the token service.</summary>
/// <param name="Service">The only registry that gets tokens; null gives them to any.</param>
internal sealed record RegistrySettings(string? Service);
