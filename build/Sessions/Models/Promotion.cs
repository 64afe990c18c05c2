using Build.CommandLine;
using Build.CommandLine.Groups.Models;
using Build.Log;
using Build.Sessions.Jobs;
using Workspaces.Connection;
using Workspaces.Models;

namespace Build.Sessions.Models;

/// <summary>Sets the stage of a registered model.</summary>
public sealed class Promotion(CommandArguments arguments, JobSelection jobs)
{
    /// <summary>Gives the stage to the version, and takes it from the version that had it.</summary>
    public async Task RunAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (name, version, stage) = PromotionArguments.Read(arguments);
        var workspace = await jobs.OpenAsync(context);
        var promoted = await new ModelRegistry(workspace).PromoteAsync(name, version, stage, context.Cancellation);
        List<string> differences =
        [
            .. promoted.Change == StageChange.Updated && promoted.Before != promoted.Version.Stage
                ? [$"stage: {promoted.Before ?? ModelNames.NoStage} → {stage}"]
                : Array.Empty<string>(),
            .. promoted.Former.Select(former => $"{former} lost the stage {stage}"),
        ];
        context.ReportStage("Stage", $"{promoted.Version} is {stage}", promoted.Change, differences);
        context.Output("model", promoted.Version.ToString());
    }
}
