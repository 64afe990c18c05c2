using Azure;
using Azure.ResourceManager.MachineLearning;
using Experiments.Plans;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Environments;
using Workspaces.Errors;

namespace Workspaces.Jobs;

/// <summary>Submits the job of a plan, or finds the existing one.</summary>
/// <remarks>
/// The name is derived from the plan's content and a PUT of one name creates one job, so a lost response never leads to a second job.
/// The newest attempt decides: an active one is followed, a completed one is the result, and a failed or cancelled one is retried under
/// the next name, where the trainer resumes from the checkpoints of the plan. A name chosen by a person has one attempt.
/// </remarks>
public sealed class JobSubmitter(WorkspaceClient workspace)
{
    private const string HashTag = "experiment_hash";

    /// <summary>Reads the jobs of a plan; changes nothing.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="name">Name of the job; null: the plan's own.</param>
    /// <param name="rerun">Whether to run a completed job again.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="WorkspaceException">The chosen name already exists, or the service refused or did not respond.</exception>
    public Task<JobState> ReadAsync(ExperimentPlan plan, string? name, bool rerun, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return ServiceErrors.GuardAsync(
            () =>
                name is null
                    ? ReadAttemptsAsync(plan.Name, rerun, cancellationToken)
                    : ReadNamedAsync(name, plan, rerun, cancellationToken),
            cancellationToken
        );
    }

    /// <summary>Submits the job unless one exists.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="compute">The cluster that runs it.</param>
    /// <param name="environment">The environment with its image.</param>
    /// <param name="state">Result of <see cref="ReadAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the requests; a job that the service accepted keeps running.</param>
    /// <exception cref="WorkspaceException">The service refused the job or did not respond.</exception>
    public Task<SubmittedJob> SubmitAsync(
        ExperimentPlan plan,
        ComputeTarget compute,
        RegisteredEnvironment environment,
        JobState state,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(compute);
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(state);
        return ServiceErrors.GuardAsync(
            async () =>
                Describe(state.Found ?? await PutAsync(state.Name, plan, Create(plan, compute, environment), cancellationToken), state),
            cancellationToken
        );
    }

    /// <summary>Creates the request of a plan's job.</summary>
    internal static MachineLearningJobData Create(ExperimentPlan plan, ComputeTarget compute, RegisteredEnvironment environment) =>
        plan.Job.Sweep is { } sweep ? SweepJobs.Create(plan, sweep, compute, environment) : CommandJobs.Create(plan, compute, environment);

    /// <summary>Returns the name of the plan's job for an attempt, from 1.</summary>
    internal static string NameOf(string planName, int attempt) => attempt == 1 ? planName : $"{planName}-{attempt}";

    /// <summary>Returns whether the newest attempt, by its status, needs another one.</summary>
    internal static bool NeedsAnotherAttempt(JobStatus newest, bool rerun) =>
        newest switch
        {
            JobStatus.Failed or JobStatus.Canceled => true,
            JobStatus.Completed => rerun,
            _ => false,
        };

    private async Task<JobState> ReadAttemptsAsync(string planName, bool rerun, CancellationToken cancellationToken)
    {
        MachineLearningJobResource? newest = null;
        for (var attempt = 1; ; attempt++)
        {
            var name = NameOf(planName, attempt);
            if (await FindAsync(name, cancellationToken) is { } found)
            {
                newest = found;
                continue;
            }

            return newest is null || NeedsAnotherAttempt(StatusOf(newest), rerun)
                ? new JobState(name, attempt, newest is null ? null : StatusOf(newest), null)
                : new JobState(NameOf(planName, attempt - 1), attempt - 1, StatusOf(newest), newest);
        }
    }

    private async Task<JobState> ReadNamedAsync(string name, ExperimentPlan plan, bool rerun, CancellationToken cancellationToken)
    {
        if (await FindAsync(name, cancellationToken) is not { } found)
            return new JobState(name, 1, null, null);

        var status = StatusOf(found);
        var isSame = IsOf(plan, found);
        return isSame && !NeedsAnotherAttempt(status, rerun)
            ? new JobState(name, 1, status, found)
            : throw new WorkspaceException(
                $"--name is \"{name}\", and workspace '{workspace.Address.WorkspaceName}' already has a job of that name "
                    + $"({(isSame ? status.ToString() : "of another experiment")}); "
                    + "it must be a new name. Choose another one, or leave --name out: the plan then names each attempt."
            );
    }

    private Task<MachineLearningJobResource?> FindAsync(string name, CancellationToken cancellationToken) =>
        Lookup.GetOrNullAsync(() => workspace.Resource.GetMachineLearningJobAsync(name, cancellationToken));

    private static bool IsOf(ExperimentPlan plan, MachineLearningJobResource job) =>
        job.Data.Properties.Tags.TryGetValue(HashTag, out var hash) && hash == plan.Passport.ExperimentHash;

    /// <summary>Sends the job. When the response is lost or says that the job exists, reads the job by its name before failing.</summary>
    private async Task<MachineLearningJobResource> PutAsync(
        string name,
        ExperimentPlan plan,
        MachineLearningJobData data,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (
                await workspace.Resource.GetMachineLearningJobs().CreateOrUpdateAsync(WaitUntil.Completed, name, data, cancellationToken)
            ).Value;
        }
        catch (Exception error) when (ServiceErrors.IsTransient(error, cancellationToken))
        {
            if (await FindAsync(name, cancellationToken) is { } accepted)
                return accepted;

            throw;
        }
        catch (RequestFailedException error) when (error.Status is 400 or 409)
        {
            // The response to an earlier try was lost, and an existing job cannot be created twice.
            if (await FindAsync(name, cancellationToken) is { } accepted && IsOf(plan, accepted))
                return accepted;

            throw;
        }
    }

    private static JobStatus StatusOf(MachineLearningJobResource job) => JobStatuses.Parse(job.Data.Properties.Status?.ToString());

    private static SubmittedJob Describe(MachineLearningJobResource job, JobState state)
    {
        var properties = job.Data.Properties;
        return new SubmittedJob(
            job.Id.Name,
            job.Id.ToString(),
            state.Attempt,
            properties.ExperimentName ?? "Default",
            SubmittedJob.StudioUrlOf(properties),
            state.Change,
            StatusOf(job)
        );
    }
}
