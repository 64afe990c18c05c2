using System.Text.Json.Nodes;
using Build.CommandLine;
using Build.CommandLine.Groups;
using Cake.Core;

namespace Build.Sessions.Drills;

/// <summary>Writes the fault script of a preemption drill.</summary>
public static class DrillScript
{
    /// <summary>The part of a name by which the script finds the job of a drill, and the trials of a sweep.</summary>
    public const string NamePart = "-drill-";

    // What Azure gives a low-priority node between its notice and its end.
    private const int GraceMilliseconds = 30_000;

    /// <summary>Writes the script; returns null without a drill.</summary>
    /// <exception cref="CakeException">A fault script is given as well.</exception>
    public static string? Write(BuildContext context, CommandArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(arguments);
        var steps = arguments.Get(TrainArguments.Drill).Select(TrainArguments.StepOf).ToList();
        if (steps.Count == 0)
            return null;
        if (arguments.IsGiven(EmulatorArguments.Faults))
            throw new CakeException("--drill and --faults are both given; it must be one of them, because a drill is a fault script.");
        var file = Path.Combine(context.LocalFolder, "drill.json");
        Directory.CreateDirectory(context.LocalFolder);
        File.WriteAllText(file, Of(steps).ToJsonString());
        return file;
    }

    /// <summary>Returns the script that takes the node of each job away once after each step.</summary>
    internal static JsonObject Of(IEnumerable<int> steps) =>
        new()
        {
            ["rules"] = new JsonArray([
                .. steps.Select(step => new JsonObject
                {
                    ["job"] = $"*{NamePart}*",
                    // Each trial of a sweep is a job of its own, and each loses its node.
                    ["perJob"] = true,
                    ["count"] = 1,
                    ["preempt"] = new JsonObject { ["step"] = step, ["graceMilliseconds"] = GraceMilliseconds },
                }),
            ]),
        };
}
