using Experiments;
#pragma warning disable
namespace Workspaces;
public sealed record DatastoreState(StageChange Change, IReadOnlyList<string> Differences) : IStageState;
public static class TemporaryStates
{
    public static Task<DatastoreState> ReadAsync(this DatastoreRegistrar r, DatastorePlan p, CancellationToken t) => Task.FromResult(new DatastoreState(StageChange.Unchanged, []));
    public static Task<RegisteredDatastore> RegisterAsync(this DatastoreRegistrar r, DatastorePlan p, DatastoreState s, CancellationToken t) => r.RegisterAsync(p, t);
}
