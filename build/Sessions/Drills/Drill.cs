using System.Globalization;
using Build.CommandLine;
using Build.CommandLine.Groups;
using Cake.Core;
using Experiments.Plans;

namespace Build.Sessions.Jobs;

/// <summary>Rehearses the loss of nodes on the emulator: <c>--drill=evict@step:40</c>.</summary>
/// <remarks>A drill is a run of its own, with checkpoints of its own: a completed run has nothing to lose.</remarks>
public sealed class Drill(CommandArguments arguments, TimeProvider time)
{
    /// <summary>Returns the name of the drill's job and the plan with checkpoints of its own; null without a drill.</summary>
    /// <exception cref="CakeException">The workspace is on Azure, which takes nodes away by itself.</exception>
    public (string Name, ExperimentPlan Plan)? Of(ExperimentPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (arguments.Get(TrainArguments.Drill).Count == 0)
            return null;
        if (plan.Workspace.Endpoint is null)
        {
            throw new CakeException(
                "--drill is given, and the workspace is on Azure; it must be an emulator, because only that takes nodes away on request. "
                    + "Choose an environment config with an ENDPOINT."
            );
        }

        var name = $"{plan.Name}{DrillScript.NamePart}{time.GetUtcNow().ToString("yyMMddHHmmss", CultureInfo.InvariantCulture)}";
        var outputs = plan.Job.Outputs.ToDictionary(
            output => output.Key,
            output => $"{output.Value.TrimEnd('/')}/{name}/",
            StringComparer.Ordinal
        );
        return (name, plan with { Job = plan.Job with { Outputs = outputs } });
    }
}
