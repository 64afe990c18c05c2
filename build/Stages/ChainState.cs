using Experiments.Plans;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.Datastores;
using Workspaces.Environments;
using Workspaces.Errors;
using Workspaces.Jobs;

namespace Build.Stages;

/// <summary>What the workspace holds of what a plan asks for. Plan reads all of it at once, and the targets after it take it from here while it is fresh.</summary>
public sealed class ChainState(WorkspaceSession session, TimeProvider time)
{
    /// <summary>An image may take half an hour to build; what was read before that says little.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly Dictionary<object, (long Read, IStageState State)> kept = [];

    public async Task<DatastoreState> DatastoreAsync(BuildContext context, ExperimentPlan plan) =>
        Take<DatastoreState>(plan.Datastore) ?? await ReadDatastoreAsync(context, await OpenAsync(context, plan), plan);

    public async Task<ComputeState> ComputeAsync(BuildContext context, ExperimentPlan plan) =>
        Take<ComputeState>(plan.Compute) ?? await ReadComputeAsync(context, await OpenAsync(context, plan), plan);

    public async Task<EnvironmentState> EnvironmentAsync(BuildContext context, ExperimentPlan plan) =>
        Take<EnvironmentState>(plan.Environment) ?? await ReadEnvironmentAsync(context, await OpenAsync(context, plan), plan);

    public async Task<JobState> JobAsync(BuildContext context, ExperimentPlan plan) =>
        Take<JobState>(plan.Name) ?? await ReadJobAsync(context, await OpenAsync(context, plan), plan);

    /// <summary>Reads everything at the same time, and keeps it for the targets that follow.</summary>
    /// <param name="context">The run.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="image">What the registry has; its digest decides which environment is looked for.</param>
    /// <exception cref="WorkspaceException">The workspace cannot be read; or stages cannot be carried out, with what each of them says.</exception>
    public async Task<ChainReading> ReadAsync(BuildContext context, ExperimentPlan plan, Task<RegisteredImage?> image)
    {
        var workspace = await session.OpenAsync(context, plan.Workspace, plan.Runtime.Kind, verify: false);
        var datastore = ReadDatastoreAsync(context, workspace, plan);
        var compute = ReadComputeAsync(context, workspace, plan);
        var job = ReadJobAsync(context, workspace, plan);
        var environment = ReadEnvironmentOfAsync(context, workspace, plan, image);
        await WaitForAllAsync(context, workspace, datastore, compute, environment, job);

        var reading = new ChainReading(await image, await datastore, await compute, await environment, await job);
        Keep(plan.Datastore, reading.Datastore);
        Keep(plan.Compute, reading.Compute);
        Keep(plan.Name, reading.Job);
        if (reading.Environment is { } found)
            Keep(found.Plan, found);
        return reading;
    }

    // An image that is not there yet has no digest, and so no environment.
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

    /// <summary>Waits for everything, so that everything wrong is said at once; without the workspace nothing else is worth saying.</summary>
    private async Task WaitForAllAsync(BuildContext context, WorkspaceClient workspace, params Task[] readings)
    {
        await Task.WhenAll(readings).ContinueWith(_ => { }, TaskScheduler.Default);
        // Where one thing was found the workspace is there. Else it may be what is missing, and has words of its own for that.
        if (Array.Exists(readings, HasFound))
            session.Trust();
        else
            await workspace.VerifyAsync(context.Cancellation);
        var errors = readings.Where(reading => reading.IsFaulted).Select(reading => reading.Exception!.InnerException!).ToList();
        if (errors.Count > 1 && errors.TrueForAll(error => error is WorkspaceException))
            throw new WorkspaceException(
                string.Join(Environment.NewLine, errors.Select(error => error.Message).Distinct(StringComparer.Ordinal))
            );
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

    private Task<WorkspaceClient> OpenAsync(BuildContext context, ExperimentPlan plan) =>
        session.OpenAsync(context, plan.Workspace, plan.Runtime.Kind);

    private static Task<DatastoreState> ReadDatastoreAsync(BuildContext context, WorkspaceClient workspace, ExperimentPlan plan) =>
        new DatastoreRegistrar(workspace, updateCredentials: context.Switch(Tasks.RegisterDatastoreTask.UpdateArgument)).ReadAsync(
            plan.Datastore,
            context.Cancellation
        );

    private static Task<ComputeState> ReadComputeAsync(BuildContext context, WorkspaceClient workspace, ExperimentPlan plan) =>
        new ComputeProvisioner(workspace).ReadAsync(plan.Compute, context.Cancellation);

    private static Task<EnvironmentState> ReadEnvironmentAsync(BuildContext context, WorkspaceClient workspace, ExperimentPlan plan) =>
        new EnvironmentRegistrar(workspace).ReadAsync(plan.Environment, context.Cancellation);

    private static Task<JobState> ReadJobAsync(BuildContext context, WorkspaceClient workspace, ExperimentPlan plan) =>
        new JobSubmitter(workspace).ReadAsync(plan, context.JobName, context.Rerun, context.Cancellation);

    private void Keep(object key, IStageState state) => kept[key] = (time.GetTimestamp(), state);

    // Once only: who takes it changes what it is about.
    private T? Take<T>(object key)
        where T : class, IStageState =>
        kept.Remove(key, out var found) && time.GetElapsedTime(found.Read) < Lifetime ? (T)found.State : null;
}

/// <summary>What the registry has of the image of a plan.</summary>
/// <param name="Digest">Null when the image is not there.</param>
/// <param name="Tags">The readable tags it is to have, with the digest that each leads to now; null for one that leads nowhere.</param>
public sealed record RegisteredImage(string? Digest, IReadOnlyDictionary<string, string?> Tags);

/// <summary>What Plan found.</summary>
/// <param name="Image">Null when the job needs none.</param>
/// <param name="Datastore">The datastore.</param>
/// <param name="Compute">The cluster.</param>
/// <param name="Environment">Null when the image is not there, whose digest names it.</param>
/// <param name="Job">The jobs of the plan.</param>
public sealed record ChainReading(
    RegisteredImage? Image,
    DatastoreState Datastore,
    ComputeState Compute,
    EnvironmentState? Environment,
    JobState Job
);
