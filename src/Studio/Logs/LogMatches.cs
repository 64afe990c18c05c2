namespace Studio.Logs;

/// <summary>Holds the result of a search in a log.</summary>
/// <param name="Matches">The places, the nearest first.</param>
/// <param name="ScannedTo">Place at which the search stopped; the next search continues there.</param>
/// <param name="Bytes">Size of the log.</param>
public sealed record LogMatches(IReadOnlyList<LogMatch> Matches, long ScannedTo, long Bytes);
