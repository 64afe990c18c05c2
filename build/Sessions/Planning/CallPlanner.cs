using Build.CommandLine;
using Build.Log;
using Build.Log.Displays;
using Build.Sessions.Drills;
using Build.Sessions.Snapshots;
using Experiments.Plans;
using Images.Building;

namespace Build.Sessions.Planning;

/// <summary>Plans the calls that carry out a plan: reads the workspace and the registry, and changes nothing there.</summary>
public sealed class CallPlanner(
    CommandArguments arguments,
    PlanStore plans,
    GivenPlanCheck given,
    RegistrySession registries,
    WorkspaceSnapshotReader snapshots,
    ImageSession images,
    Budget budget,
    Drill drill,
    IDisplay display
)
{
    private const string Target = "Plan";

    /// <summary>Reads what exists, adds the calls to the plan and lists them.</summary>
    /// <exception cref="Cake.Core.CakeException">
    /// The plan that <c>--plan</c> names is outdated, the plan is over the budget, or it cannot be drilled.
    /// </exception>
    public async Task PlanAsync(BuildContext context)
    {
        var plan = plans.ReadPlan(context);
        drill.Check(plan);
        await budget.CheckAsync(context, plan);
        var snapshot = await snapshots.ReadAsync(context, plan, ReadImageAsync(context, plan));
        var calls = PlannedCalls.Of(plan, snapshot);
        given.CheckCalls(context, calls);
        plans.WritePlan(context, plan with { Calls = calls });
        Describe(context, calls, snapshot);
    }

    private async Task<RegisteredImage?> ReadImageAsync(BuildContext context, ExperimentPlan plan)
    {
        if (!plan.Runtime.UsesImages)
            return null;
        var none = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (plan.ImageBuild is null && plan.Image!.Digest is { } known)
            return new(known, none);
        var registry = registries.Open(plan);
        if (plan.ImageBuild is not { } build)
            return new(await registry.FindDigestAsync(plan.Image!.Tag ?? "latest", context.Cancellation), none);
        var found = new ContentImages(registry, ImageSession.ExpectedLabels(context, plan)).FindAsync(
            plan.Image!.Tag!,
            context.Cancellation
        );
        var tags = await registry.FindDigestsAsync((await images.ReadTagsAsync(context, build)).Tags, context.Cancellation);
        if ((await found).Fault is { } fault)
            context.Warn($"The registry has another image as {plan.Image}; Docker-Build builds it again: {fault}.");
        return new((await found).Digest, tags);
    }

    private void Describe(BuildContext context, IReadOnlyList<PlannedCall> calls, WorkspaceSnapshot snapshot)
    {
        // The target Plan shows all fields; in a longer run each stage reports its own part later.
        var isRequested = arguments.IsTarget(Target);
        context.Report(
            "Calls",
            $"{Count(calls, CallAction.Create)} to create, {Count(calls, CallAction.Update)} to update, "
                + $"{Count(calls, CallAction.NoOp)} no-op"
        );
        var rows = calls.Select(call => Row(call, isRequested));
        display.Show(context, new Listing(Indent: 2, [10], [.. rows]) { Headings = ["call", "resource"] });
        if (!isRequested)
            return;
        foreach (var note in snapshot.Compute.Notes)
            context.Say($"  {note}");
        var file = Path.GetRelativePath(context.Root, PlanStore.LastPlanFile(context));
        context.Say($"Carry it out: dotnet cake --target=Train --plan={file}");
    }

    private static ListingRow Row(PlannedCall call, bool isRequested) =>
        new(Word(call.Action), call.Resource)
        {
            Tone = call.Action switch
            {
                CallAction.Create => Tone.Good,
                CallAction.Update => Tone.Caution,
                _ => Tone.Plain,
            },
            Details = isRequested || call.Action != CallAction.Create ? call.Fields : [],
        };

    private static int Count(IEnumerable<PlannedCall> calls, CallAction action) => calls.Count(call => call.Action == action);

    private static string Word(CallAction action) =>
        action switch
        {
            CallAction.Create => "create",
            CallAction.Update => "update",
            _ => "no-op",
        };
}
