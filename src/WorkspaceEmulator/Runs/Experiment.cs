namespace WorkspaceEmulator.Runs;

/// <summary>Represents an experiment: the group to which runs belong. Names are case-sensitive.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="ModifiedAt">When its tags or its deletion last changed.</param>
/// <param name="IsDeleted">Whether it was deleted; it can be restored.</param>
/// <param name="Tags">Its tags.</param>
internal sealed record Experiment(
    string Id,
    string Name,
    DateTimeOffset CreatedAt,
    DateTimeOffset ModifiedAt,
    bool IsDeleted,
    IReadOnlyDictionary<string, string> Tags
);
