using Azure;
using Azure.ResourceManager.MachineLearning;
using Experiments;

namespace Workspaces;

/// <summary>Submits the job of a plan, or finds the one that is already there.</summary>
/// <remarks>
/// The name follows from the plan's content and a PUT of one name makes one job, so an answer that is lost never leads to a second job.
/// The newest attempt decides: an active one is followed, a completed one is the result, and one that failed or was cancelled is tried
/// again under the next name, where the trainer resumes from the checkpoints of the plan.
/// </remarks>
public sealed class JobSubmitter(WorkspaceClient workspace)
{
    /// <param name="plan">What to run.</param>
    /// <param name="compute">Where to run it.</param>
    /// <param name="environment">The image to run it in.</param>
    /// <param name="rerun">Whether a completed job is run anew.</param>
    /// <param name="cancellationToken">Stops the requests; a job already accepted goes on.</param>
    /// <exception cref="WorkspaceException">The service refused the job or did not answer.</exception>
    public Task<SubmittedJob> SubmitAsync(ExperimentPlan plan, ComputeTarget compute, RegisteredEnvironment environment, bool rerun, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(compute);
        ArgumentNullException.ThrowIfNull(environment);
        return ServiceErrors.GuardAsync(() => SubmitOnceAsync(plan, compute, environment, rerun, cancellationToken), cancellationToken);
    }

    /// <summary>Name of the plan's job at an attempt, from 1.</summary>
    internal static string NameOf(string planName, int attempt) => attempt == 1 ? planName : $"{planName}-{attempt}";

    /// <summary>Whether the newest attempt, in this status, is followed by another one.</summary>
    internal static bool NeedsAnotherAttempt(JobStatus newest, bool rerun) => newest switch
    {
        JobStatus.Failed or JobStatus.Canceled => true,
        JobStatus.Completed => rerun,
        _ => false,
    };

    private async Task<SubmittedJob> SubmitOnceAsync(
        ExperimentPlan plan, ComputeTarget compute, RegisteredEnvironment environment, bool rerun, CancellationToken cancellationToken)
    {
        var (attempt, newest) = await FindNewestAsync(plan.Name, cancellationToken);
        if (newest is not null && !NeedsAnotherAttempt(StatusOf(newest), rerun))
        {
            return Describe(newest, attempt, StageChange.Unchanged);
        }

        attempt++;
        var job = await PutAsync(NameOf(plan.Name, attempt), CommandJobs.Create(plan.Job, compute, environment), cancellationToken);
        return Describe(job, attempt, StageChange.Created);
    }

    private async Task<(int Attempt, MachineLearningJobResource? Job)> FindNewestAsync(string planName, CancellationToken cancellationToken)
    {
        MachineLearningJobResource? newest = null;
        for (var attempt = 1; ; attempt++)
        {
            var name = NameOf(planName, attempt);
            var job = await Lookup.FindAsync(() => workspace.Resource.GetMachineLearningJobAsync(name, cancellationToken));
            if (job is null)
            {
                return (attempt - 1, newest);
            }

            newest = job;
        }
    }

    /// <summary>Sends the job. When no answer comes, the job is looked for under its name before that counts as an error.</summary>
    private async Task<MachineLearningJobResource> PutAsync(string name, MachineLearningJobData data, CancellationToken cancellationToken)
    {
        try
        {
            return (await workspace.Resource.GetMachineLearningJobs().CreateOrUpdateAsync(WaitUntil.Completed, name, data, cancellationToken)).Value;
        }
        catch (Exception error) when (ServiceErrors.IsTransient(error, cancellationToken))
        {
            if (await Lookup.FindAsync(() => workspace.Resource.GetMachineLearningJobAsync(name, cancellationToken)) is { } accepted)
            {
                return accepted;
            }

            throw;
        }
    }

    private static JobStatus StatusOf(MachineLearningJobResource job) => JobStatuses.Parse(job.Data.Properties.Status?.ToString());

    private static SubmittedJob Describe(MachineLearningJobResource job, int attempt, StageChange change)
    {
        var properties = job.Data.Properties;
        var studio = properties.Services is { } services && services.TryGetValue("Studio", out var service) ? service.Endpoint : null;
        return new SubmittedJob(job.Id.Name, job.Id.ToString(), attempt, properties.ExperimentName ?? "Default", studio, change, StatusOf(job));
    }
}
