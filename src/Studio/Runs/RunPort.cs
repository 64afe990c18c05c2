namespace Studio.Runs;

/// <summary>Describes an input or an output of a job. Null is unknown.</summary>
public sealed record RunPort(string Name, string? Type, string? Uri, string? Mode);
