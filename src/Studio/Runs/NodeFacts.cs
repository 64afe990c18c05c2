namespace Studio.Runs;

/// <summary>Describes a node of a cluster; <paramref name="Job"/> is null while nothing runs on it.</summary>
public sealed record NodeFacts(string Id, string State, string? Job);
