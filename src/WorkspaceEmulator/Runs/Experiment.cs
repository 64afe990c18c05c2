namespace WorkspaceEmulator.Runs;

/// <summary>An experiment: the group runs belong to. Names are case-sensitive.</summary>
internal sealed record Experiment(string Id, string Name, DateTimeOffset CreatedAt);
