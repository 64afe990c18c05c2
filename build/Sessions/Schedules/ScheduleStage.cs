using Build.CommandLine;
using Build.CommandLine.Groups.Schedules;
using Build.Log;
using Build.Sessions.Data;
using Build.Sessions.Jobs;
using Build.Sessions.Planning;
using Build.Sessions.Snapshots;
using Experiments.Plans;
using Experiments.Text;
using Images.Pushing;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.Environments;
using Workspaces.Schedules;

namespace Build.Sessions.Schedules;

/// <summary>Creates the schedule of an experiment, and lists, pauses, resumes and deletes schedules.</summary>
public sealed class ScheduleStage(
    CommandArguments arguments,
    PlanStore plans,
    DemoData demo,
    ExperimentResolver resolver,
    ImageStages images,
    DatastoreStage datastore,
    ClusterStage cluster,
    WorkspaceSession session,
    WorkspaceSnapshotReader snapshots
)
{
    private const string Subject = "Schedule";

    /// <summary>Does what the arguments ask.</summary>
    /// <exception cref="Cake.Core.CakeException">
    /// The arguments contradict each other, or the emulator runs jobs of another kind.
    /// </exception>
    /// <exception cref="Workspaces.Errors.WorkspaceException">The service refused, or there is no such schedule.</exception>
    public Task RunAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var request = ScheduleRequest.Read(arguments);
        return request.Timing is { } timing ? CreateAsync(context, request, timing) : ManageAsync(context, request);
    }

    private async Task CreateAsync(BuildContext context, ScheduleRequest request, ScheduleTiming timing)
    {
        await demo.EnsureAsync(context);
        await resolver.ResolveAsync(context);
        var plan = plans.ReadPlan(context);
        if (plan.Runtime.UsesImages)
        {
            await images.BuildAsync(context);
            await images.TagAsync(context);
            await images.PushAsync(context);
            plan = plan.Pinned(PlanStore.Records(context, plan.Name).Read<PushedImage>().Digest);
        }

        await datastore.RegisterAsync(context);
        await cluster.EnsureAsync(context);
        var workspace = await session.OpenForJobAsync(context, plan);
        var environment = await RegisterAsync(context, workspace, plan);
        var schedule = await new ScheduleClient(workspace).EnsureAsync(
            NameOf(context, request),
            plan,
            plans.ReadConfiguration(context).Experiment,
            PlanStore.Records(context, plan.Name).Read<ComputeTarget>(),
            environment,
            timing,
            context.Cancellation
        );
        Report(context, schedule);
        context.Output("schedule", schedule.Name);
    }

    private async Task<RegisteredEnvironment> RegisterAsync(BuildContext context, WorkspaceClient workspace, ExperimentPlan plan)
    {
        var state = await snapshots.EnvironmentAsync(context, plan);
        var environment = await new EnvironmentRegistrar(workspace).RegisterAsync(state, context.Cancellation);
        context.ReportStage("Environment", $"{environment.Name}:{environment.Version} ({plan.Environment.Image})", environment.Change, []);
        return environment;
    }

    private async Task ManageAsync(BuildContext context, ScheduleRequest request)
    {
        var address = WorkspaceAddress.Of(plans.ReadConfiguration(context).Environment);
        var schedules = new ScheduleClient(await session.OpenAsync(context, address, jobs: null));
        var name = NameOf(context, request);
        switch (request.Action)
        {
            case ScheduleAction.List:
                await ListAsync(context, schedules, address);
                break;
            case ScheduleAction.Delete:
                var existed = await schedules.DeleteAsync(name, context.Cancellation);
                context.Report(Subject, $"{name}: {(existed ? "deleted; its jobs stay" : "does not exist; nothing to delete")}");
                break;
            default:
                Report(context, await schedules.EnableAsync(name, request.Action == ScheduleAction.Resume, context.Cancellation));
                break;
        }
    }

    private static async Task ListAsync(BuildContext context, ScheduleClient schedules, WorkspaceAddress address)
    {
        var all = await schedules.ListAsync(context.Cancellation);
        if (all.Count == 0)
            context.Report(Subject, $"workspace {address.WorkspaceName} has none");
        foreach (var schedule in all)
            Describe(context, schedule, schedule.IsEnabled ? "active" : "paused");
    }

    private string NameOf(BuildContext context, ScheduleRequest request) =>
        request.Name ?? plans.ReadConfiguration(context).Experiment.ExpName;

    private static void Report(BuildContext context, ScheduleState schedule)
    {
        var state = schedule.IsEnabled ? "active" : "paused; --action=resume resumes it";
        Describe(context, schedule, $"{schedule.Change.ToString().ToLowerInvariant()}, {state}");
    }

    // Names and times can be another person's.
    private static void Describe(BuildContext context, ScheduleState schedule, string state)
    {
        context.Report(Subject, $"{ForeignText.Defuse(schedule.Name)}: {state}");
        context.ReportDetail("fires", ForeignText.Defuse(schedule.When));
        context.ReportDetail("job", ForeignText.Defuse(schedule.Job));
    }
}
