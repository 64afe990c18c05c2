namespace WorkspaceEmulator.Containers.Images;

/// <summary>Reports that a job's image cannot be pulled or cannot run here. The message says why and what to do.</summary>
internal sealed class ImageException(string message, Exception? inner = null) : Exception(message, inner);
