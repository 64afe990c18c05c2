namespace WorkspaceEmulator.Containers;

/// <summary>A job's image cannot be had or cannot run here; the message says why and what to do.</summary>
internal sealed class ImageException(string message, Exception? inner = null) : Exception(message, inner);
