using Workspaces.Connection;

namespace Workspaces.Datastores;

/// <summary>What the workspace knows of a datastore, and so what registering it would do. Never holds a secret.</summary>
/// <param name="Change">What registering would do.</param>
/// <param name="Differences">What would be changed, as <c>accountName: a → b</c>, and what cannot be compared and would be left, which says <c>kept</c>.</param>
/// <param name="Id">ARM id; null when the datastore is not registered.</param>
public sealed record DatastoreState(StageChange Change, IReadOnlyList<string> Differences, string? Id) : IStageState;
