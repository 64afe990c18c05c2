using Workspaces.Connection;

namespace Workspaces.Datastores;

/// <summary>A registered datastore, as planned.</summary>
/// <param name="Name">Datastore name.</param>
/// <param name="Id">ARM id.</param>
/// <param name="Change">The change that was made.</param>
/// <param name="Differences">What changed, as <c>accountName: a → b</c>, and what could not be compared and stayed, marked
/// <c>kept</c>.</param>
public sealed record RegisteredDatastore(string Name, string Id, StageChange Change, IReadOnlyList<string> Differences);
