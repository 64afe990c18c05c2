using Experiments.Planning;
using Experiments.Plans;
using Workspaces.Connection;

namespace Build.Sessions.Snapshots;

/// <summary>Converts a snapshot to the calls that Train would make.</summary>
internal static class PlannedCalls
{
    /// <summary>Returns the calls in the order in which Train makes them.</summary>
    public static IReadOnlyList<PlannedCall> Of(ExperimentPlan plan, WorkspaceSnapshot snapshot) =>
        [
            .. snapshot.Image is { } image ? OfImage(plan, image) : [],
            Of("Register-Datastore", $"datastores/{plan.Datastore.Name}", plan.Datastore, snapshot.Datastore),
            Of("Create-Compute", $"computes/{plan.Compute.Name}", plan.Compute, snapshot.Compute),
            snapshot.Environment is { } environment
                ? Of("Train", $"environments/{environment.Plan.Name}/versions/{environment.Plan.Version}", environment.Plan, environment)
                : new(
                    "Train",
                    $"environments/{plan.Environment.Name}/versions/(by the digest)",
                    CallAction.Create,
                    [$"image: {plan.Image.Repository}@(the digest)"]
                ),
            Of("Train", $"jobs/{snapshot.Job.Name}", plan.Job, snapshot.Job),
        ];

    private static IEnumerable<PlannedCall> OfImage(ExperimentPlan plan, RegisteredImage image)
    {
        yield return new(
            "Docker-Push",
            plan.Image.Reference,
            image.Digest is null ? CallAction.Create : CallAction.NoOp,
            image.Digest is null && plan.Image.Build is { } build ? Fields(build) : []
        );
        foreach (var (tag, digest) in image.Tags)
        {
            var action =
                digest is null ? CallAction.Create
                : digest == image.Digest ? CallAction.NoOp
                : CallAction.Update;
            yield return new(
                "Docker-Tag",
                $"{plan.Image.Repository}:{tag}",
                action,
                action == CallAction.Update ? [$"digest: {digest} → {image.Digest ?? "(of the image that is built)"}"] : []
            );
        }
    }

    private static PlannedCall Of<T>(string stage, string resource, T plan, IStageState state) =>
        state.Change switch
        {
            StageChange.Created => new(stage, resource, CallAction.Create, Fields(plan)),
            StageChange.Updated => new(stage, resource, CallAction.Update, state.Differences),
            _ => new(stage, resource, CallAction.NoOp, state.Differences),
        };

    private static IReadOnlyList<string> Fields<T>(T plan) =>
        [
            .. PlanComparison
                .Values(plan)
                .Where(pair => pair.Key is not "name")
                .Select(pair => $"{pair.Key}: {PlanComparison.Shown(pair.Value)}"),
        ];
}
