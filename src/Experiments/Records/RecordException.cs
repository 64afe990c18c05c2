namespace Experiments.Records;

/// <summary>The record of an earlier stage is absent or not what it should be. The message says which target writes it.</summary>
public sealed class RecordException(string message, Exception? inner = null) : Exception(message, inner);
