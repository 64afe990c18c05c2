using Build.Docker;
using Build.Stages;
using Cake.Core;
using Cake.Frosting;
using Experiments.Planning;
using Experiments.Plans;

namespace Build.Tasks;

/// <summary>Reads the workspace and the registry, and says what Train would create, change and leave. Writes nothing there.</summary>
[TaskName("Plan")]
[TaskDescription("Lists every call that Train would make, as create, update or no-op; reads the workspace and changes nothing")]
[IsDependentOn(typeof(PlanExperimentTask))]
[TaskArgument("name", "NAME", "name of the job, in place of the one that follows from the plan")]
[TaskArgument("rerun", "", "trains again although an unchanged experiment has completed")]
[TaskArgument("version-tag", "TAG", "a version the image is tagged with; default git's tag on this commit, where there is one")]
[TaskArgument("tag-latest", "", "the tag latest also elsewhere than on main")]
[TaskArgument("record", "FILE", "writes the emulator's traffic, one JSON object a line")]
[TaskArgument("faults", "FILE", "fault script that the emulator brings about; docs/emulator.md")]
[TaskExample("--target=Plan --exp-config=exp_configs/pothole.json", "what a run would do")]
public sealed class PlanTask(RegistrySession registries, ChainState state) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        var plan = context.ReadPlan();
        var reading = await state.ReadAsync(context, plan, ReadImageAsync(context, plan));
        var calls = PlannedCalls.Of(plan, reading);
        CompareWithGiven(context, calls);
        context.WritePlan(plan with { Calls = calls });

        // Who asks for the plan wants to see all of it; a run tells each stage's part when it comes to it.
        var isAskedFor = context.IsTarget("Plan");
        context.Say(
            $"Calls        {Count(calls, CallAction.Create)} to create, {Count(calls, CallAction.Update)} to update, {Count(calls, CallAction.NoOp)} no-op"
        );
        foreach (var call in calls)
        {
            context.Say($"  {Word(call.Action), -10} {call.Resource}");
            if (!isAskedFor && call.Action == CallAction.Create)
                continue;
            foreach (var field in call.Fields)
                context.Say($"    {field}");
        }

        if (!isAskedFor)
            return;
        foreach (var note in reading.Compute.Notes)
            context.Say($"  {note}");
        context.Say($"Carry it out: dotnet cake --target=Train --plan={Path.GetRelativePath(context.Root, context.LastPlanFile())}");
    }

    private static void CompareWithGiven(BuildContext context, IReadOnlyList<PlannedCall> calls)
    {
        if (context.GivenPlan is not { Calls: { } planned })
            return;
        var moved = PlanComparison.CompareCalls(planned, calls);
        if (moved.Count == 0)
            return;
        throw new CakeException(
            $"--plan is {context.PathArgument("plan")}, and the workspace or the registry has moved since it was made; nothing was changed.{Environment.NewLine}"
                + string.Concat(moved.Select(what => $"  {what}{Environment.NewLine}"))
                + $"Look at the new plan: {context.PlanCommand()}"
        );
    }

    private async Task<RegisteredImage?> ReadImageAsync(BuildContext context, ExperimentPlan plan)
    {
        if (!plan.Runtime.UsesImages)
            return null;
        var none = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (plan.ImageBuild is null && plan.Image!.Digest is { } known)
            return new(known, none);
        var registry = registries.Open(plan);
        var digest = registry.FindDigestAsync(plan.Image!.Tag ?? "latest", context.Cancellation);
        var tags = plan.ImageBuild is null ? none : await registry.FindDigestsAsync(await context.ReadTagsAsync(), context.Cancellation);
        return new(await digest, tags);
    }

    private static int Count(IEnumerable<PlannedCall> calls, CallAction action) => calls.Count(call => call.Action == action);

    private static string Word(CallAction action) =>
        action switch
        {
            CallAction.Create => "create",
            CallAction.Update => "update",
            _ => "no-op",
        };
}
