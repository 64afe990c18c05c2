using Azure;
using Azure.ResourceManager.MachineLearning;
using Experiments.Plans;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Environments;
using Workspaces.Errors;

namespace Workspaces.Jobs;

/// <summary>Submits the job of a plan, or finds the one that is already there.</summary>
/// <remarks>
/// The name follows from the plan's content and a PUT of one name makes one job, so an answer that is lost never leads to a second job.
/// The newest attempt decides: an active one is followed, a completed one is the result, and one that failed or was cancelled is tried
/// again under the next name, where the trainer resumes from the checkpoints of the plan. A name that a person chose has one attempt.
/// </remarks>
public sealed class JobSubmitter(WorkspaceClient workspace)
{
    private const string HashTag = "experiment_hash";

    /// <summary>Looks for the jobs of a plan; changes nothing.</summary>
    /// <param name="plan">What to run.</param>
    /// <param name="name">The job's name, in place of the one that follows from the plan; null: the plan's.</param>
    /// <param name="rerun">Whether a completed job is to be run anew.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="WorkspaceException">The chosen name is taken, or the service refused or did not answer.</exception>
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

    /// <summary>Submits the job unless one was found.</summary>
    /// <param name="plan">What to run.</param>
    /// <param name="compute">Where to run it.</param>
    /// <param name="environment">The image to run it in.</param>
    /// <param name="state">What was found.</param>
    /// <param name="cancellationToken">Stops the requests; a job already accepted goes on.</param>
    /// <exception cref="WorkspaceException">The service refused the job or did not answer.</exception>
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
                Describe(
                    state.Found ?? await PutAsync(state.Name, plan, CommandJobs.Create(plan, compute, environment), cancellationToken),
                    state
                ),
            cancellationToken
        );
    }

    /// <summary>Name of the plan's job at an attempt, from 1.</summary>
    internal static string NameOf(string planName, int attempt) => attempt == 1 ? planName : $"{planName}-{attempt}";

    /// <summary>Whether the newest attempt, in this status, is followed by another one.</summary>
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
        {
            return new JobState(name, 1, null, null);
        }

        var status = StatusOf(found);
        var isSame = IsOf(plan, found);
        return isSame && !NeedsAnotherAttempt(status, rerun)
            ? new JobState(name, 1, status, found)
            : throw new WorkspaceException(
                $"--name is \"{name}\", and workspace '{workspace.Address.WorkspaceName}' has a job of that name ({(isSame ? status.ToString() : "of another experiment")}); "
                    + "it must be a name no job has had. Choose another one, or leave --name out: the plan then names each attempt."
            );
    }

    private Task<MachineLearningJobResource?> FindAsync(string name, CancellationToken cancellationToken) =>
        Lookup.FindAsync(() => workspace.Resource.GetMachineLearningJobAsync(name, cancellationToken));

    private static bool IsOf(ExperimentPlan plan, MachineLearningJobResource job) =>
        job.Data.Properties.Tags.TryGetValue(HashTag, out var hash) && hash == plan.Passport.ExperimentHash;

    /// <summary>Sends the job. When no answer comes, or one that says there is such a job, it is looked for under its name before that counts as an error.</summary>
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
            {
                return accepted;
            }

            throw;
        }
        catch (RequestFailedException error) when (error.Status is 400 or 409)
        {
            // The answer to the first of several sendings was lost, and a job that is there may not be sent again.
            if (await FindAsync(name, cancellationToken) is { } accepted && IsOf(plan, accepted))
            {
                return accepted;
            }

            throw;
        }
    }

    private static JobStatus StatusOf(MachineLearningJobResource job) => JobStatuses.Parse(job.Data.Properties.Status?.ToString());

    private static SubmittedJob Describe(MachineLearningJobResource job, JobState state)
    {
        var properties = job.Data.Properties;
        var studio = properties.Services is { } services && services.TryGetValue("Studio", out var service) ? service.Endpoint : null;
        return new SubmittedJob(
            job.Id.Name,
            job.Id.ToString(),
            state.Attempt,
            properties.ExperimentName ?? "Default",
            studio,
            state.Change,
            StatusOf(job)
        );
    }
}
