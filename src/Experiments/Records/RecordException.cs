namespace Experiments.Records;

/// <summary>The record of an earlier stage is missing or broken. The message says which target writes it.</summary>
public sealed class RecordException(string message, Exception? inner = null) : Exception(message, inner);
