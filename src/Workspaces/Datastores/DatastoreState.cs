using Workspaces.Connection;

namespace Workspaces.Datastores;

/// <summary>The state of a planned datastore in the workspace, and the change it needs. Never holds a secret.</summary>
/// <param name="Change">The change that registering would make.</param>
/// <param name="Differences">The changes, as <c>accountName: a → b</c>, and the values that cannot be compared and would stay, marked
/// <c>kept</c>.</param>
/// <param name="Id">ARM id; null when the datastore is not registered.</param>
public sealed record DatastoreState(StageChange Change, IReadOnlyList<string> Differences, string? Id) : IStageState;
