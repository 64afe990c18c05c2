using Experiments;
#pragma warning disable
namespace Workspaces;
public sealed record DatastoreState(StageChange Change, IReadOnlyList<string> Differences) : IStageState;
public sealed record ComputeState(StageChange Change, IReadOnlyList<string> Differences) : IStageState;
public static class TemporaryStates
{
    public static Task<DatastoreState> ReadAsync(this DatastoreRegistrar r, DatastorePlan p, CancellationToken t) => Task.FromResult(new DatastoreState(StageChange.Unchanged, []));
    public static Task<RegisteredDatastore> RegisterAsync(this DatastoreRegistrar r, DatastorePlan p, DatastoreState s, CancellationToken t) => r.RegisterAsync(p, t);
    public static Task<ComputeState> ReadAsync(this ComputeProvisioner r, ComputePlan p, CancellationToken t) => Task.FromResult(new ComputeState(StageChange.Unchanged, []));
    public static Task<ComputeTarget> EnsureAsync(this ComputeProvisioner r, ComputePlan p, ComputeState s, IProgress<string> i, CancellationToken t) => r.EnsureAsync(p, i, t);
}
