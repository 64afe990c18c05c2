using Build.CommandLine;
using Build.CommandLine.Groups;
using Experiments.Plans;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.Datastores;
using Workspaces.Environments;
using Workspaces.Errors;
using Workspaces.Jobs;

namespace Build.Sessions.Snapshots;

/// <summary>
/// Reads the resources of a plan from the workspace. Plan reads everything at once; the targets after it use that snapshot while it is
/// fresh.
/// </summary>
public sealed class WorkspaceSnapshotReader(WorkspaceSession session, CommandArguments arguments, TimeProvider time)
{
    /// <summary>An image may take half an hour to build: what was read before the build may no longer be true.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly Dictionary<object, (long Read, IStageState State)> kept = [];

    /// <summary>Returns the datastore of a plan as the workspace has it.</summary>
    public async Task<DatastoreState> DatastoreAsync(BuildContext context, ExperimentPlan plan) =>
        Take<DatastoreState>(plan.Datastore) ?? await ReadDatastoreAsync(context, await OpenAsync(context, plan), plan);

    /// <summary>Returns the cluster of a plan as the workspace has it.</summary>
    public async Task<ComputeState> ComputeAsync(BuildContext context, ExperimentPlan plan) =>
        Take<ComputeState>(plan.Compute) ?? await ReadComputeAsync(context, await OpenAsync(context, plan), plan);

    /// <summary>Returns the environment of a plan as the workspace has it.</summary>
    public async Task<EnvironmentState> EnvironmentAsync(BuildContext context, ExperimentPlan plan) =>
        Take<EnvironmentState>(plan.Environment) ?? await ReadEnvironmentAsync(context, await OpenAsync(context, plan), plan);

    /// <summary>Returns the jobs of a plan as the workspace has them.</summary>
    public async Task<JobState> JobAsync(BuildContext context, ExperimentPlan plan) =>
        Take<JobState>(plan.Name) ?? await ReadJobAsync(context, await OpenAsync(context, plan), plan);

    /// <summary>Reads everything concurrently, and keeps it for the targets that follow.</summary>
    /// <param name="context">The run.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="image">The image in the registry; its digest names the environment.</param>
    /// <exception cref="WorkspaceException">
    /// The workspace cannot be read, or stages cannot be carried out; carries the message of each.
    /// </exception>
    public async Task<WorkspaceSnapshot> ReadAsync(BuildContext context, ExperimentPlan plan, Task<RegisteredImage?> image)
    {
        var workspace = await session.OpenAsync(context, plan.Workspace, plan.Runtime.Kind, verify: false);
        var datastore = ReadDatastoreAsync(context, workspace, plan);
        var compute = ReadComputeAsync(context, workspace, plan);
        var job = ReadJobAsync(context, workspace, plan);
        var environment = ReadEnvironmentOfAsync(context, workspace, plan, image);
        await WaitForAllAsync(context, workspace, datastore, compute, environment, job);

        var reading = new WorkspaceSnapshot(await image, await datastore, await compute, await environment, await job);
        Keep(plan.Datastore, reading.Datastore);
        Keep(plan.Compute, reading.Compute);
        Keep(plan.Name, reading.Job);
        if (reading.Environment is { } found)
            Keep(found.Plan, found);
        return reading;
    }

    // An image that does not exist yet has no digest, and so no environment.
    private static async Task<EnvironmentState?> ReadEnvironmentOfAsync(
        BuildContext context,
        WorkspaceClient workspace,
        ExperimentPlan plan,
        Task<RegisteredImage?> image
    )
    {
        if (!plan.Runtime.UsesImages)
            return await ReadEnvironmentAsync(context, workspace, plan);
        return (await image)?.Digest is { } digest ? await ReadEnvironmentAsync(context, workspace, plan.Pinned(digest)) : null;
    }

    /// <summary>
    /// Waits for everything, so that all errors are reported at once; without the workspace the other errors mean nothing.
    /// </summary>
    private async Task WaitForAllAsync(BuildContext context, WorkspaceClient workspace, params Task[] readings)
    {
        await Task.WhenAll(readings).ContinueWith(_ => { }, TaskScheduler.Default);
        // If anything was found, the workspace exists. Otherwise the workspace itself may be missing, which has its own message.
        if (Array.Exists(readings, HasFound))
            session.Trust();
        else
            await workspace.VerifyAsync(context.Cancellation);
        var errors = readings.Where(reading => reading.IsFaulted).Select(reading => reading.Exception!.InnerException!).ToList();
        if (errors.Count > 1 && errors.TrueForAll(error => error is WorkspaceException))
        {
            throw new WorkspaceException(
                string.Join(Environment.NewLine, errors.Select(error => error.Message).Distinct(StringComparer.Ordinal))
            );
        }

        await Task.WhenAll(readings);
    }

    private static bool HasFound(Task reading) =>
        reading switch
        {
            Task<DatastoreState> { IsCompletedSuccessfully: true, Result.Change: not StageChange.Created } => true,
            Task<ComputeState> { IsCompletedSuccessfully: true, Result.Change: not StageChange.Created } => true,
            Task<EnvironmentState?> { IsCompletedSuccessfully: true, Result.Change: not StageChange.Created } => true,
            Task<JobState> { IsCompletedSuccessfully: true, Result.Newest: not null } => true,
            _ => false,
        };

    private Task<WorkspaceClient> OpenAsync(BuildContext context, ExperimentPlan plan) => session.OpenAsync(context, plan);

    private Task<DatastoreState> ReadDatastoreAsync(BuildContext context, WorkspaceClient workspace, ExperimentPlan plan) =>
        new DatastoreRegistrar(workspace, updateCredentials: arguments.Get(DatastoreArguments.UpdateCredentials)).ReadAsync(
            plan.Datastore,
            context.Cancellation
        );

    private static Task<ComputeState> ReadComputeAsync(BuildContext context, WorkspaceClient workspace, ExperimentPlan plan) =>
        new ComputeProvisioner(workspace).ReadAsync(plan.Compute, context.Cancellation);

    private static Task<EnvironmentState> ReadEnvironmentAsync(BuildContext context, WorkspaceClient workspace, ExperimentPlan plan) =>
        new EnvironmentRegistrar(workspace).ReadAsync(plan.Environment, context.Cancellation);

    private Task<JobState> ReadJobAsync(BuildContext context, WorkspaceClient workspace, ExperimentPlan plan) =>
        new JobSubmitter(workspace).ReadAsync(
            plan,
            arguments.Get(SubmissionArguments.Name),
            arguments.Get(SubmissionArguments.Rerun),
            context.Cancellation
        );

    private void Keep(object key, IStageState state) => kept[key] = (time.GetTimestamp(), state);

    // A state is used once: its stage changes what the state describes.
    private T? Take<T>(object key)
        where T : class, IStageState =>
        kept.Remove(key, out var found) && time.GetElapsedTime(found.Read) < Lifetime ? (T)found.State : null;
}
