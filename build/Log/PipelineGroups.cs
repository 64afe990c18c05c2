using Cake.Core;
using Cake.Frosting;

namespace Build.Log;

/// <summary>Folds the log of each target in GitHub Actions and Azure DevOps.</summary>
public sealed class PipelineGroups : FrostingTaskLifetime<BuildContext>
{
    private static readonly (string Begin, string End)? Markers =
        Environment.GetEnvironmentVariable("GITHUB_ACTIONS") is not null ? ("::group::", "::endgroup::")
        : Environment.GetEnvironmentVariable("TF_BUILD") is not null ? ("##[group]", "##[endgroup]")
        : null;

    public override void Setup(BuildContext context, ITaskSetupContext info)
    {
        if (Markers is { } markers)
            context.Command(markers.Begin + info.Task.Name);
    }

    public override void Teardown(BuildContext context, ITaskTeardownContext info)
    {
        if (Markers is { } markers)
            context.Command(markers.End);
    }
}
