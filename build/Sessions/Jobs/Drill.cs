using System.Globalization;
using System.Text.Json.Nodes;
using Build.CommandLine;
using Build.CommandLine.Groups;
using Cake.Core;
using Experiments.Plans;

namespace Build.Sessions.Jobs;

/// <summary>Rehearses the loss of nodes on the emulator: <c>--drill=evict@step:40</c>.</summary>
/// <remarks>A drill is a run of its own, with checkpoints of its own: a completed run has nothing to lose.</remarks>
public sealed class Drill(CommandArguments arguments, TimeProvider time)
{
    private const string NamePart = "-drill-";

    // What Azure gives a low-priority node between its notice and its end.
    private const int GraceMilliseconds = 30_000;

    /// <summary>Returns the name of the drill's job and the plan with checkpoints of its own; null without a drill.</summary>
    /// <exception cref="CakeException">The workspace is on Azure, which takes nodes away by itself.</exception>
    public (string Name, ExperimentPlan Plan)? Of(ExperimentPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (arguments.Get(DrillArguments.Drill).Count == 0)
            return null;
        if (plan.Workspace.Endpoint is null)
        {
            throw new CakeException(
                "--drill is given, and the workspace is on Azure; it must be an emulator, because only that takes nodes away on request. "
                    + "Choose an environment config with an ENDPOINT."
            );
        }

        var name = $"{plan.Name}{NamePart}{time.GetUtcNow().ToString("yyMMddHHmmss", CultureInfo.InvariantCulture)}";
        var outputs = plan.Job.Outputs.ToDictionary(
            output => output.Key,
            output => $"{output.Value.TrimEnd('/')}/{name}/",
            StringComparer.Ordinal
        );
        return (name, plan with { Job = plan.Job with { Outputs = outputs } });
    }

    /// <summary>Writes the fault script of the drill; null without a drill.</summary>
    /// <exception cref="CakeException">A fault script is given as well.</exception>
    public static string? WriteScript(BuildContext context, CommandArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(arguments);
        var steps = arguments.Get(DrillArguments.Drill).Select(DrillArguments.StepOf).ToList();
        if (steps.Count == 0)
            return null;
        if (arguments.IsGiven(EmulatorArguments.Faults))
            throw new CakeException("--drill and --faults are both given; it must be one of them, because a drill is a fault script.");
        var rules = steps.Select(step =>
            (JsonNode)
                new JsonObject
                {
                    ["job"] = $"*{NamePart}*",
                    ["count"] = 1,
                    ["preempt"] = new JsonObject { ["step"] = step, ["graceMilliseconds"] = GraceMilliseconds },
                }
        );
        var file = Path.Combine(context.LocalFolder, "drill.json");
        Directory.CreateDirectory(context.LocalFolder);
        File.WriteAllText(file, new JsonObject { ["rules"] = new JsonArray([.. rules]) }.ToJsonString());
        return file;
    }
}
