using Experiments.Records;
using Workspaces.Connection;

namespace Workspaces.Datastores;

/// <summary>A datastore of the workspace, as the plan asks.</summary>
/// <param name="Name">Datastore name.</param>
/// <param name="Id">ARM id.</param>
/// <param name="Change">What registering did.</param>
/// <param name="Differences">What was changed, as <c>accountName: a → b</c>, and what could not be compared and was left, which says <c>kept</c>.</param>
public sealed record RegisteredDatastore(string Name, string Id, StageChange Change, IReadOnlyList<string> Differences) : IStageRecord
{
    /// <inheritdoc/>
    public static string Stage => "datastore";

    /// <inheritdoc/>
    public static string Target => "Register-Datastore";
}
