using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Jobs;

/// <summary>Describes a pipeline job: its steps, each the <c>properties</c> of a command job, and its own outputs.</summary>
/// <param name="Definitions">
/// The properties of each step by its name. An input that another step makes has its <c>${{parent.jobs.STEP.outputs.NAME}}</c> as address.
/// </param>
/// <param name="Steps">The steps, each after those that it needs.</param>
/// <param name="Outputs">Where the outputs of the pipeline itself are, by name; null for the default place.</param>
/// <param name="ContinuesOnFailure">Whether steps that do not need a failed one still run.</param>
internal sealed partial record PipelineJob(
    JsonObject Definitions,
    IReadOnlyList<PipelineStep> Steps,
    IReadOnlyDictionary<string, JobOutput> Outputs,
    bool ContinuesOnFailure
)
{
    /// <summary>The <c>jobType</c> of pipeline jobs.</summary>
    public const string Type = "Pipeline";

    /// <summary>Matches a reference to an output of a step, with the groups <c>step</c> and <c>output</c>.</summary>
    [GeneratedRegex(
        @"^\$\{\{\s*parent\.jobs\.(?<step>[A-Za-z0-9_-]+)\.outputs\.(?<output>[A-Za-z0-9_]+)\s*\}\}\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    public static partial Regex StepOutput();

    /// <summary>Reads a pipeline whose steps are known.</summary>
    /// <param name="properties">The <c>properties</c> of its PUT.</param>
    /// <param name="definitions">The properties of each step.</param>
    /// <exception cref="FormatException">Steps need each other, or one that does not exist.</exception>
    public static PipelineJob Read(JsonObject properties, JsonObject definitions)
    {
        var steps = definitions
            .Select(step => new PipelineStep(
                step.Key,
                [
                    .. (step.Value.Object("inputs") ?? [])
                        .Select(input => StepOutput().Match(input.Value.Text("uri") ?? ""))
                        .Where(match => match.Success)
                        .Select(match => match.Groups["step"].Value)
                        .Distinct(StringComparer.Ordinal),
                ]
            ))
            .ToList();
        var outputs = new Dictionary<string, JobOutput>(StringComparer.Ordinal);
        foreach (var (name, output) in properties.Object("outputs") ?? [])
        {
            var place = output.Text("uri") is { } uri ? DatastoreUri.Parse(uri, null).Place : null;
            outputs[name] = new(place, output.Text("jobOutputType") == "uri_file");
        }

        return new(definitions.Clone(), InOrder(steps), outputs, Continues(properties.Object("settings")));
    }

    /// <summary>Returns the properties of a step with a valid address for the outputs of other steps, so that they can be read.</summary>
    public static JsonObject WithPlaces(JsonObject definition)
    {
        var copy = definition.Clone();
        foreach (var (_, input) in copy.Object("inputs") ?? [])
        {
            if (StepOutput().IsMatch(input.Text("uri") ?? ""))
                ((JsonObject)input!)["uri"] = JobOutput.DefaultPlace("step", "output").ToString();
        }

        return copy;
    }

    // The second name is that of older versions. On Azure a pipeline continues unless it says that it does not.
    private static bool Continues(JsonObject? settings) =>
        (settings?["continue_on_step_failure"] ?? settings?["continue_run_on_step_failure"])?.ToString().ToLowerInvariant() != "false";

    private static List<PipelineStep> InOrder(List<PipelineStep> steps)
    {
        var ordered = new List<PipelineStep>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (ordered.Count < steps.Count)
        {
            var ready = steps.Where(step => !names.Contains(step.Name) && step.Needs.All(names.Contains)).ToList();
            if (ready.Count == 0)
            {
                var left = steps.Select(step => step.Name).Where(name => !names.Contains(name));
                throw new FormatException($"properties.jobs has steps that wait for each other or for no step: {string.Join(", ", left)}.");
            }

            ordered.AddRange(ready);
            names.UnionWith(ready.Select(step => step.Name));
        }

        return ordered;
    }
}
