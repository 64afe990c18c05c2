using Azure;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;

namespace Workspaces.Cleaning;

/// <summary>Finds the old jobs of this project that nothing needs, and deletes them.</summary>
/// <remarks>
/// Jobs that have not ended and jobs that something else submitted are not considered. A job is needed by the model that was registered
/// from it or from its trial, and as the newest completed job of its experiment and branch, with which a report compares.
/// </remarks>
/// <param name="workspace">The workspace.</param>
public sealed class JobCleaner(WorkspaceClient workspace)
{
    private const string HashTag = "experiment_hash";
    private const string BranchProperty = "azureml.git.branch";

    /// <summary>Decides about each ended job that was submitted before a time; oldest first.</summary>
    /// <exception cref="WorkspaceException">The service refused or did not respond.</exception>
    public Task<IReadOnlyList<CleanedJob>> FindAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        ServiceErrors.GuardAsync<IReadOnlyList<CleanedJob>>(
            async () =>
            {
                var models = await FindModelsAsync(cancellationToken);
                var baselines = new HashSet<(string?, string?)>();
                var found = new List<CleanedJob>();
                // The service lists the newest job first.
                await foreach (var job in workspace.Resource.GetMachineLearningJobs().GetAllAsync(cancellationToken: cancellationToken))
                {
                    var properties = job.Data.Properties;
                    var status = JobStatuses.Parse(properties.Status?.ToString());
                    if (!properties.Tags.ContainsKey(HashTag) || !status.IsTerminal())
                        continue;
                    var branch = properties.Properties.TryGetValue(BranchProperty, out var of) ? of : null;
                    var isBaseline = status == JobStatus.Completed && baselines.Add((properties.ExperimentName, branch));
                    if (job.Data.SystemData?.CreatedOn is { } created && created < before)
                        found.Add(new CleanedJob(job.Id.Name, created, FindUse(job, models, isBaseline)));
                }

                return [.. found.OrderBy(job => job.Created).ThenBy(job => job.Name, StringComparer.Ordinal)];
            },
            cancellationToken
        );

    /// <summary>Deletes a job. A job that does not exist any more is no error.</summary>
    /// <exception cref="WorkspaceException">The service refused or did not respond.</exception>
    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        ServiceErrors.GuardAsync(
            async () =>
            {
                if (await Lookup.GetOrNullAsync(() => workspace.Resource.GetMachineLearningJobAsync(name, cancellationToken)) is { } job)
                    await job.DeleteAsync(WaitUntil.Completed, cancellationToken);
                return true;
            },
            cancellationToken
        );

    private static string? FindUse(MachineLearningJobResource job, Dictionary<string, string> models, bool isBaseline)
    {
        var name = job.Id.Name;
        if (models.TryGetValue(name, out var model))
            return $"model {model} was registered from it";
        // A trial is named after its sweep, and is deleted with it.
        if (
            job.Data.Properties is MachineLearningSweepJob
            && models.FirstOrDefault(pair => pair.Key.StartsWith($"{name}_", StringComparison.Ordinal)) is { Key: { } trial } found
        )
        {
            return $"model {found.Value} was registered from its trial {trial}";
        }

        return isBaseline ? "it is the newest completed job of its experiment and branch" : null;
    }

    private async Task<Dictionary<string, string>> FindModelsAsync(CancellationToken cancellationToken)
    {
        var models = new Dictionary<string, string>(StringComparer.Ordinal);
        var all = MachineLearningListViewType.All;
        var options = new MachineLearningModelVersionCollectionGetAllOptions { ListViewType = all };
        var containers = workspace.Resource.GetMachineLearningModelContainers();
        await foreach (var model in containers.GetAllAsync(listViewType: all, cancellationToken: cancellationToken))
        {
            await foreach (var version in model.GetMachineLearningModelVersions().GetAllAsync(options, cancellationToken))
            {
                foreach (var job in JobsOf(version.Data.Properties))
                    models.TryAdd(job, $"{model.Id.Name}:{version.Id.Name}");
            }
        }

        return models;
    }

    // A version that a person registered may name its job in the address alone.
    private static IEnumerable<string> JobsOf(MachineLearningModelVersionProperties version)
    {
        if (!string.IsNullOrEmpty(version.JobName))
            yield return version.JobName;
        var address = version.ModelUri?.OriginalString.Split('/') ?? [];
        if (address is ["azureml:", "", "jobs", var job, ..])
            yield return job;
        if (address is ["runs:", var run, ..])
            yield return run;
    }
}
