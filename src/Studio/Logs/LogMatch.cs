namespace Studio.Logs;

/// <summary>Represents a place where a text was found in a log.</summary>
/// <param name="Offset">Place of its first byte.</param>
/// <param name="Text">The line around it, cut to 500 characters.</param>
public sealed record LogMatch(long Offset, string Text);
