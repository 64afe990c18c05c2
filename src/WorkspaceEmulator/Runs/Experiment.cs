namespace WorkspaceEmulator.Runs;

/// <summary>Represents an experiment: the group to which runs belong. Names are case-sensitive.</summary>
internal sealed record Experiment(string Id, string Name, DateTimeOffset CreatedAt);
