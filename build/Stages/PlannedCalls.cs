using Experiments.Planning;
using Experiments.Plans;
using Workspaces.Connection;

namespace Build.Stages;

/// <summary>Puts what Plan found into the calls that Train would make.</summary>
internal static class PlannedCalls
{
    /// <summary>In the order in which Train makes them.</summary>
    public static IReadOnlyList<PlannedCall> Of(ExperimentPlan plan, ChainReading reading) =>
        [
            .. reading.Image is { } image ? OfImage(plan, image) : [],
            Of("Register-Datastore", $"datastores/{plan.Datastore.Name}", plan.Datastore, reading.Datastore),
            Of("Create-Compute", $"computes/{plan.Compute.Name}", plan.Compute, reading.Compute),
            reading.Environment is { } environment
                ? Of("Train", $"environments/{environment.Plan.Name}/versions/{environment.Plan.Version}", environment.Plan, environment)
                : new(
                    "Train",
                    $"environments/{plan.Environment.Name}/versions/(by the digest)",
                    CallAction.Create,
                    [$"image: {plan.Image!.Repository}@(the digest)"]
                ),
            Of("Train", $"jobs/{reading.Job.Name}", plan.Job, reading.Job),
        ];

    private static IEnumerable<PlannedCall> OfImage(ExperimentPlan plan, RegisteredImage image)
    {
        yield return new(
            "Docker-Push",
            plan.Image!.ToString(),
            image.Digest is null ? CallAction.Create : CallAction.NoOp,
            image.Digest is null && plan.ImageBuild is { } build ? Fields(build) : []
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
