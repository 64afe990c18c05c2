namespace WorkspaceEmulator.Azurite;

/// <summary>Azurite cannot be used. The message is a sentence that names what to do.</summary>
internal sealed class AzuriteException(string message) : IOException(message);
