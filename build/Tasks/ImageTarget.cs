using Build.Stages;

namespace Build.Tasks;

/// <summary>What the targets about images have in common: they may run only where the job runs in an image.</summary>
internal static class ImageTarget
{
    public const string SkippedMessage =
        "jobs run as processes of this machine, which need no image (Plan says why; --runtime=docker overrules)";

    private static readonly string[] Names = ["Docker-Build", "Docker-Tag", "Docker-Push"];

    /// <summary>Whether the run is about the image and nothing else: it submits no job, so it needs neither a dataset nor the right to read one.</summary>
    public static bool IsAll(BuildContext context) =>
        context.Targets is { Count: > 0 } targets && targets.All(target => Names.Contains(target, StringComparer.OrdinalIgnoreCase));

    /// <remarks>A dry run asks before there is a plan; then they might.</remarks>
    public static bool ShouldRun(BuildContext context) => !File.Exists(context.LastPlanFile()) || context.ReadPlan().Runtime.UsesImages;
}
