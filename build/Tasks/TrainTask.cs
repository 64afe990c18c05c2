using Build.Docker;
using Build.Stages;
using Cake.Core;
using Cake.Frosting;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Environments;
using Workspaces.Jobs;

namespace Build.Tasks;

/// <summary>Submits the training job, or finds the one that is there, and follows it to its outcome.</summary>
[TaskName("Train")]
[TaskDescription("Trains the experiment: submits the job, streams its log, reports its metrics, fetches its model")]
[IsDependentOn(typeof(PlanTask))]
[IsDependentOn(typeof(DockerPushTask))]
[IsDependentOn(typeof(CreateComputeTask))]
[TaskArgument("plan", "FILE", "carries out this plan, which Plan made, and refuses when anything has moved since")]
[TaskArgument("wait", "true|false", "follow the job to its end; default true")]
[TaskExample("--target=Train", "the demo experiment, on this machine")]
[TaskExample("--target=Train --exp-config=exp_configs/pothole.json", "on Azure")]
[TaskExample("--target=Train --set=RUN_PARAMS.STEPS=2000", "one value overridden")]
[TaskExample("--target=Train --plan=artifacts/plan.json", "what Plan showed, and nothing else")]
public sealed class TrainTask(WorkspaceSession session, ChainState state) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        var plan = context.ReadPlan();
        var records = context.Records(plan.Name);
        if (plan.Runtime.UsesImages)
            plan = plan.Pinned(records.Read<PushedImage>().Digest);
        var compute = records.Read<ComputeTarget>();
        var workspace = await session.OpenAsync(context, plan.Workspace, plan.Runtime.Kind);
        if (session.EmulatorRuntime is { } runtime && runtime != plan.Runtime.Kind)
        {
            throw new CakeException(
                $"The emulator runs jobs by {runtime.ToString().ToLowerInvariant()} and has one that is not over; the plan asks for {plan.Runtime.Kind.ToString().ToLowerInvariant()}. Wait for it (dotnet cake --target=Follow), cancel it (--target=Cancel), or run with --runtime={runtime.ToString().ToLowerInvariant()}."
            );
        }

        var environment = await new EnvironmentRegistrar(workspace).RegisterAsync(
            await state.EnvironmentAsync(context, plan),
            context.Cancellation
        );
        context.ReportStage("Environment", $"{environment.Name}:{environment.Version} ({plan.Environment.Image})", environment.Change, []);

        var job = await new JobSubmitter(workspace).SubmitAsync(
            plan,
            compute,
            environment,
            await state.JobAsync(context, plan),
            context.Cancellation
        );
        records.Write(job);
        context.Say($"Job          {job.Name}: {Describe(job)}");
        if (job.StudioUrl is not null)
            context.Say($"  watch it   {job.StudioUrl}");

        Output(context, "job", job.Name);
        if (job.StudioUrl is not null)
            Output(context, "studio_url", job.StudioUrl);

        if (!context.Switch("wait", otherwise: true))
        {
            context.Say($"  follow it  dotnet cake --target=Follow --job={job.Name}");
            return;
        }

        await JobWatch.FollowToOutcomeAsync(context, workspace, job.Name, job.ExperimentName);
    }

    private static void Output(BuildContext context, string name, string value) =>
        PipelineOutputs.Write(System.Environment.GetEnvironmentVariable, context.Say, name, value);

    private static string Describe(SubmittedJob job) =>
        job switch
        {
            { Change: StageChange.Created, Attempt: 1 } => "submitted",
            { Change: StageChange.Created } =>
                $"submitted (attempt {job.Attempt}; it resumes from the last checkpoint, where there is one)",
            { Status: JobStatus.Completed } => "completed before, with nothing changed since; --rerun trains it again",
            _ => $"is there already ({job.Status}); following it",
        };
}
