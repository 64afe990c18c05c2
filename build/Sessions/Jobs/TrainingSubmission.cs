using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Log;
using Build.Sessions.Drills;
using Build.Sessions.Snapshots;
using Experiments.Plans;
using Experiments.Plans.Jobs;
using Experiments.Records;
using Images.Pushing;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Environments;
using Workspaces.Jobs;
using Workspaces.Sweeps;

namespace Build.Sessions.Jobs;

/// <summary>Submits the training job of the plan, or finds the one that exists, and follows it to its outcome.</summary>
public sealed class TrainingSubmission(
    CommandArguments arguments,
    PlanStore plans,
    WorkspaceSession session,
    WorkspaceSnapshotReader snapshots,
    ImageStages images,
    JobWatch watch,
    Drill drill
)
{
    /// <summary>Submits the job, and follows it unless <c>--wait=false</c>.</summary>
    /// <exception cref="Cake.Core.CakeException">The job failed or was cancelled, or following it was interrupted.</exception>
    public async Task TrainAsync(BuildContext context)
    {
        var plan = plans.ReadPlan(context);
        if (plan.Runtime.UsesImages)
        {
            plan = plan.Pinned(PlanStore.Records(context, plan.Name).Read<PushedImage>().Digest);
            await images.CheckProvenanceAsync(context, plan);
        }

        await SubmitAsync(context, plan, state: null);
    }

    /// <summary>Submits a plan again, as a new attempt unless one is active, and follows it unless <c>--wait=false</c>.</summary>
    /// <param name="context">The run.</param>
    /// <param name="plan">The plan, with the image by its digest where it has one.</param>
    public async Task SubmitAgainAsync(BuildContext context, ExperimentPlan plan)
    {
        var workspace = await session.OpenForJobAsync(context, plan);
        var state = await new JobSubmitter(workspace).ReadAsync(plan, name: null, rerun: true, context.Cancellation);
        await SubmitAsync(context, plan, state);
    }

    private async Task SubmitAsync(BuildContext context, ExperimentPlan plan, JobState? state)
    {
        var records = PlanStore.Records(context, plan.Name);
        var compute = records.Read<ComputeTarget>();
        var drilling = drill.Of(plan);
        var workspace = await session.OpenForJobAsync(context, plan);
        var environment = await RegisterAsync(context, workspace, plan);
        var submitter = new JobSubmitter(workspace);
        if (drilling is var (name, drilled))
        {
            plan = drilled;
            state = await submitter.ReadAsync(plan, name, rerun: false, context.Cancellation);
        }

        state ??= await snapshots.JobAsync(context, plan);
        var job = await submitter.SubmitAsync(plan, compute, environment, state, context.Cancellation);
        Record(context, records, job);
        RunSummary.OfJob(context, plan, job, Describe(job));

        if (arguments.Get(TrainArguments.Wait))
            await watch.FollowAsync(context, workspace, job.Name, job.ExperimentName, SettingsOf(plan.Job.Sweep));
        else
            context.ReportDetail("follow it", $"dotnet cake --target=Follow --job={job.Name}");
    }

    private static SweepSettings? SettingsOf(SweepPlan? sweep) =>
        sweep is null
            ? null
            : new(sweep.Metric, sweep.Goal == "Maximize", sweep.MaxTrials, sweep.MaxConcurrent)
            {
                HasPolicy = sweep.Termination is not null,
            };

    private async Task<RegisteredEnvironment> RegisterAsync(BuildContext context, WorkspaceClient workspace, ExperimentPlan plan)
    {
        var state = await snapshots.EnvironmentAsync(context, plan);
        var environment = await new EnvironmentRegistrar(workspace).RegisterAsync(state, context.Cancellation);
        context.ReportStage("Environment", $"{environment.Name}:{environment.Version} ({plan.Environment.Image})", environment.Change, []);
        return environment;
    }

    private static void Record(BuildContext context, StageRecords records, SubmittedJob job)
    {
        records.Write(job);
        context.Report("Job", $"{job.Name}: {Describe(job)}");
        if (job.StudioUrl is not null)
            context.ReportDetail("watch it", job.StudioUrl);
        context.Output("job", job.Name);
        if (job.StudioUrl is not null)
            context.Output("studio_url", job.StudioUrl);
    }

    private static string Describe(SubmittedJob job) =>
        job switch
        {
            { Change: StageChange.Created, Attempt: 1 } => "submitted",
            { Change: StageChange.Created } => $"submitted (attempt {job.Attempt}; it resumes from the last checkpoint, if there is one)",
            { Status: JobStatus.Completed } => "completed before, with nothing changed since; --rerun trains it again",
            _ => $"already exists ({job.Status}); following it",
        };
}
