using Build.Sessions;

namespace Build.Tasks;

/// <summary>What the targets about images have in common: they may run only where the job runs in an image.</summary>
internal static class ImageTarget
{
    public const string SkippedMessage =
        "jobs run as processes of this machine, which need no image (Plan says why; --runtime=docker overrules)";

    /// <remarks>A dry run asks before there is a plan; then they might.</remarks>
    public static bool ShouldRun(BuildContext context, PlanStore plans) =>
        !plans.HasPlan(context) || plans.ReadPlan(context).Runtime.UsesImages;
}
