using System.Text.Json.Nodes;

namespace Build.Sessions.Drills;

/// <summary>Creates the fault script of a preemption drill.</summary>
public static class DrillScript
{
    /// <summary>The part of the name of a drill's job that a plain job's name lacks.</summary>
    public const string NamePart = "-drill-";

    // What Azure gives a low-priority node between its notice and its end.
    private const int GraceMilliseconds = 30_000;

    /// <summary>Gets the script that ends all faults.</summary>
    internal static JsonObject None => new() { ["rules"] = new JsonArray() };

    /// <summary>Returns the script that takes the node of a job, or of each of its trials, away once after each step.</summary>
    /// <param name="job">The name of the job, with which the rules end.</param>
    /// <param name="steps">The steps.</param>
    internal static JsonObject Of(string job, IEnumerable<int> steps) =>
        new()
        {
            ["rules"] = new JsonArray([
                .. steps.Select(step => new JsonObject
                {
                    ["job"] = $"{job}*",
                    // Each trial of a sweep is a job of its own, and each loses its node.
                    ["perJob"] = true,
                    ["count"] = 1,
                    ["endsWith"] = job,
                    ["preempt"] = new JsonObject { ["step"] = step, ["graceMilliseconds"] = GraceMilliseconds },
                }),
            ]),
        };
}
