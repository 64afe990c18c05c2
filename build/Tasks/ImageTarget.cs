using Build.Stages;

namespace Build.Tasks;

/// <summary>Decides whether the targets about images run: only where the job runs in an image.</summary>
internal static class ImageTarget
{
    public const string SkippedMessage =
        "jobs run as processes of this machine, which need no image (Plan gives the reason; --runtime=docker overrides it)";

    private static readonly string[] Names = ["Docker-Build", "Docker-Tag", "Docker-Push"];

    /// <summary>Returns whether the run has only targets about images, which need no dataset and no permission to read one.</summary>
    public static bool IsAll(BuildContext context) =>
        context.Targets is { Count: > 0 } targets && targets.All(target => Names.Contains(target, StringComparer.OrdinalIgnoreCase));

    /// <summary>Returns whether the plan runs its job in an image.</summary>
    /// <remarks>A dry run calls it before a plan exists; the targets might run then.</remarks>
    public static bool ShouldRun(BuildContext context) => !File.Exists(context.LastPlanFile()) || context.ReadPlan().Runtime.UsesImages;
}
