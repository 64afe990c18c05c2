using Build.Sessions;

namespace Build.Tasks;

/// <summary>Decides whether the targets about images run: only where the job runs in an image.</summary>
internal static class ImageTarget
{
    public const string SkippedMessage =
        "jobs run as processes of this machine, which need no image (Plan gives the reason; --runtime=docker overrides it)";

    /// <summary>Returns whether the plan runs its job in an image.</summary>
    /// <remarks>A dry run calls it before a plan exists; the targets might run then.</remarks>
    public static bool ShouldRun(BuildContext context, PlanStore plans) =>
        !plans.HasPlan(context) || plans.ReadPlan(context).Runtime.UsesImages;
}
