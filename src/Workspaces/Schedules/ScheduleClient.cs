using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Model;
using Experiments.Plans;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.Environments;
using Workspaces.Errors;

namespace Workspaces.Schedules;

/// <summary>Creates, lists, pauses, resumes and deletes the schedules of a workspace. Each call can be repeated.</summary>
public sealed class ScheduleClient(WorkspaceClient workspace)
{
    /// <summary>The tag that tells whether a schedule still is what a plan makes.</summary>
    private const string DefinitionTag = "definition_hash";

    /// <summary>Creates the schedule of a plan's job, or updates it where it differs. A paused schedule stays paused.</summary>
    /// <param name="name">Name of the schedule.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="asked">The experiment as it was asked for: where it says <c>latest</c>, each run reads the newest dataset.</param>
    /// <param name="compute">The cluster of the job.</param>
    /// <param name="environment">The environment with its image.</param>
    /// <param name="timing">When it fires.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="WorkspaceException">The service refused the schedule or did not respond.</exception>
    public Task<ScheduleState> EnsureAsync(
        string name,
        ExperimentPlan plan,
        Experiment asked,
        ComputeTarget compute,
        RegisteredEnvironment environment,
        ScheduleTiming timing,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(timing);
        return ServiceErrors.GuardAsync(
            async () =>
            {
                var job = ScheduledJob.Create(ScheduledJob.ReadingLatest(plan, asked), compute, environment);
                var trigger = timing.ToTrigger();
                var when = ScheduleTiming.Describe(trigger);
                var hash = Hash($"{ScheduledJob.Describe(job)}\n{when}");
                var found = await FindAsync(name, cancellationToken);
                if (found is not null && IsSame(found.Data.Properties, hash, when))
                    return Describe(found, StageChange.Unchanged);

                var schedule = new MachineLearningScheduleProperties(new MachineLearningJobScheduleAction(job), trigger)
                {
                    DisplayName = job.DisplayName,
                    Description = job.Description,
                    IsEnabled = found?.Data.Properties.IsEnabled ?? true,
                };
                schedule.Tags[DefinitionTag] = hash;
                return Describe(
                    await PutAsync(name, new(schedule), cancellationToken),
                    found is null ? StageChange.Created : StageChange.Updated
                );
            },
            cancellationToken
        );
    }

    /// <summary>Lists the schedules of the workspace by name, paused ones too.</summary>
    /// <exception cref="WorkspaceException">The service refused or did not respond.</exception>
    public Task<IReadOnlyList<ScheduleState>> ListAsync(CancellationToken cancellationToken) =>
        ServiceErrors.GuardAsync(
            async () =>
            {
                var found = new List<ScheduleState>();
                var all = Schedules.GetAllAsync(
                    listViewType: MachineLearningScheduleListViewType.All,
                    cancellationToken: cancellationToken
                );
                await foreach (var schedule in all)
                    found.Add(Describe(schedule, StageChange.Unchanged));
                return (IReadOnlyList<ScheduleState>)[.. found.OrderBy(schedule => schedule.Name, StringComparer.Ordinal)];
            },
            cancellationToken
        );

    /// <summary>Pauses or resumes a schedule.</summary>
    /// <exception cref="WorkspaceException">There is no such schedule, or the service refused or did not respond.</exception>
    public Task<ScheduleState> EnableAsync(string name, bool isEnabled, CancellationToken cancellationToken) =>
        ServiceErrors.GuardAsync(
            async () =>
            {
                var found = await FindAsync(name, cancellationToken) ?? throw await MissingAsync(name, cancellationToken);
                var schedule = found.Data;
                if ((schedule.Properties.IsEnabled ?? true) == isEnabled)
                    return Describe(found, StageChange.Unchanged);
                schedule.Properties.IsEnabled = isEnabled;
                return Describe(await PutAsync(name, schedule, cancellationToken), StageChange.Updated);
            },
            cancellationToken
        );

    /// <summary>Deletes a schedule. The jobs that it submitted stay.</summary>
    /// <returns>Whether it existed.</returns>
    /// <exception cref="WorkspaceException">The service refused or did not respond.</exception>
    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        ServiceErrors.GuardAsync(
            async () =>
            {
                if (await FindAsync(name, cancellationToken) is not { } found)
                    return false;
                await found.DeleteAsync(WaitUntil.Completed, cancellationToken);
                return true;
            },
            cancellationToken
        );

    private MachineLearningScheduleCollection Schedules => workspace.Resource.GetMachineLearningSchedules();

    private Task<MachineLearningScheduleResource?> FindAsync(string name, CancellationToken cancellationToken) =>
        Lookup.GetOrNullAsync(() => Schedules.GetAsync(name, cancellationToken));

    private async Task<MachineLearningScheduleResource> PutAsync(
        string name,
        MachineLearningScheduleData schedule,
        CancellationToken cancellationToken
    ) => (await Schedules.CreateOrUpdateAsync(WaitUntil.Completed, name, schedule, cancellationToken)).Value;

    private async Task<WorkspaceException> MissingAsync(string name, CancellationToken cancellationToken)
    {
        var names = (await ListAsync(cancellationToken)).Select(schedule => schedule.Name).ToList();
        return new(
            $"--schedule is \"{name}\"; it must be a schedule of workspace '{workspace.Address.WorkspaceName}', which has "
                + $"{(names.Count == 0 ? "none" : string.Join(", ", names))}."
        );
    }

    private static bool IsSame(MachineLearningScheduleProperties found, string hash, string when) =>
        found.Tags.TryGetValue(DefinitionTag, out var tag) && tag == hash && ScheduleTiming.Describe(found.Trigger) == when;

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];

    private static ScheduleState Describe(MachineLearningScheduleResource schedule, StageChange change)
    {
        var properties = schedule.Data.Properties;
        var job = (properties.Action as MachineLearningJobScheduleAction)?.JobDefinition;
        return new(
            schedule.Data.Name,
            properties.IsEnabled ?? true,
            ScheduleTiming.Describe(properties.Trigger),
            job?.DisplayName ?? job?.ExperimentName ?? "another action than a job",
            change
        );
    }
}
