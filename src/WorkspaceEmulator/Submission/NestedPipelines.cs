using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WorkspaceEmulator.Assets;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.References;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Submission;

/// <summary>
/// Replaces each step that runs a pipeline component by the steps of that component, as <c>STEP_INNER</c>, and connects their inputs and
/// outputs with the pipeline around them.
/// </summary>
internal sealed partial class NestedPipelines(Workspace workspace)
{
    // A component can name itself; that must end.
    private const int DeepestPipeline = 8;

    // Components in each other multiply their steps.
    private const int MostSteps = 1000;

    private static readonly string[] PipelineTypes = ["pipeline", "PipelineComponent"];

    [GeneratedRegex(
        @"\$\{\{\s*parent\.inputs\.(?<name>[A-Za-z0-9_]+)\s*\}\}",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex OwnInput();

    [GeneratedRegex(
        @"^\$\{\{\s*parent\.outputs\.(?<name>[A-Za-z0-9_]+)\s*\}\}\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex OwnOutput();

    /// <summary>Returns the steps of a pipeline, none of which runs a pipeline component.</summary>
    /// <exception cref="RefusedStepException">Pipelines are nested too deeply, or two steps get one name.</exception>
    public JsonObject Flatten(JsonObject jobs) => Flatten(jobs, 0);

    private int nested;

    private JsonObject Flatten(JsonObject jobs, int depth)
    {
        if (depth > DeepestPipeline)
            throw new RefusedStepException($"properties.jobs holds pipeline components in each other, more than {DeepestPipeline} deep.");
        var flat = new JsonObject();
        // The steps and outputs that stand for the outputs of a nested pipeline.
        var sources = new Dictionary<(string Step, string Output), string>();
        foreach (var (step, node) in jobs)
        {
            if (depth > 0 && ++nested > MostSteps)
                throw new RefusedStepException($"properties.jobs holds pipeline components with more than {MostSteps} steps in all.");
            if (node is not JsonObject given || ComponentOf(given) is not { } component)
            {
                Add(flat, step, node?.DeepClone());
                continue;
            }

            foreach (var (inner, definition) in Flatten(component.Object("jobs") ?? [], depth + 1))
                Add(flat, $"{step}_{inner}", Connect(step, inner, definition as JsonObject ?? [], given, component, sources));
        }

        foreach (var (_, definition) in flat)
            Replace(definition.Object("inputs"), text => FromNested(text, sources));
        return flat;
    }

    /// <summary>Returns the pipeline component of the workspace that a step or job names; null for anything else.</summary>
    public JsonObject? ComponentOf(JsonObject node)
    {
        if (node.Text("componentId") is not { } id || AssetReference.Parse(id) is not { } reference || !reference.IsIn(workspace.Name))
            return null;
        var component = AssetPlaces.Find(workspace, AssetKind.Components, reference).Version?.Body.Object("componentSpec");
        return component is not null && IsPipeline(component) ? component : null;
    }

    /// <summary>Returns whether a component is a pipeline.</summary>
    public static bool IsPipeline(JsonObject component) => PipelineTypes.Contains(component.Text("type"), StringComparer.Ordinal);

    /// <summary>Returns the steps of a pipeline component without the inputs that stand for optional ones which nobody gives.</summary>
    public static JsonObject WithoutInputs(JsonObject jobs, IReadOnlyList<string> absent)
    {
        var steps = jobs.Clone();
        foreach (var (_, step) in steps)
        {
            foreach (var (name, value) in (step.Object("inputs") ?? []).ToList())
            {
                if (
                    TextOf(value) is { } text
                    && OwnInput().Match(text) is { Success: true } match
                    && match.Value == text.Trim()
                    && absent.Contains(match.Groups["name"].Value, StringComparer.Ordinal)
                )
                {
                    step.Object("inputs")!.Remove(name);
                }
            }
        }

        return steps;
    }

    private static JsonObject Connect(
        string step,
        string inner,
        JsonObject definition,
        JsonObject outer,
        JsonObject component,
        Dictionary<(string Step, string Output), string> sources
    )
    {
        var made = definition.Clone();
        if (made["computeId"] is null && outer["computeId"] is { } compute)
            made["computeId"] = compute.DeepClone();
        var inputs = made.Object("inputs") ?? [];
        Replace(inputs, text => Prefixed(step, text));
        foreach (var (name, value) in inputs.ToList())
        {
            if (TextOf(value) is not { } text || !OwnInput().IsMatch(text))
                continue;
            var passed = Passed(text, outer, component);
            // Data may have a mode of its own in the inner step.
            if (passed is JsonObject data && value.Text("mode") is { } mode && data["mode"] is null && data["value"] is null)
                data["mode"] = mode;
            if (passed is null)
                inputs.Remove(name); // An optional input that nobody gives.
            else
                inputs[name] = passed;
        }

        foreach (var (name, value) in (made.Object("outputs") ?? []).ToList())
        {
            if (TextOf(value) is not { } text || OwnOutput().Match(text) is not { Success: true } match)
                continue;
            var output = match.Groups["name"].Value;
            sources[(step, output)] = Binding($"{step}_{inner}", name);
            var shared = outer.Object("outputs").Object(output)?.Clone() ?? [];
            shared["job_output_type"] ??= (value.Text("job_output_type") ?? component.Object("outputs").Object(output).Text("type"));
            made.Object("outputs")![name] = shared.WithoutNulls();
        }

        return made;
    }

    // What the step around passes as an input of the component.
    private static JsonNode? Passed(string text, JsonObject outer, JsonObject component)
    {
        var match = OwnInput().Match(text);
        if (match.Value == text.Trim())
            return Given(match.Groups["name"].Value);
        return new JsonObject
        {
            ["job_input_type"] = "literal",
            ["value"] = OwnInput()
                .Replace(text, each => Given(each.Groups["name"].Value) is { } value ? TextOf(value) ?? value.ToString() : ""),
        };

        JsonNode? Given(string name) =>
            (outer.Object("inputs")?[name] ?? component.Object("inputs").Object(name)?["default"]) is { } found
                ? found as JsonObject is { } whole
                    ? whole.Clone()
                    : new JsonObject { ["job_input_type"] = "literal", ["value"] = found.ToString() }
                : null;
    }

    private static void Add(JsonObject flat, string step, JsonNode? definition)
    {
        if (flat.ContainsKey(step))
            throw new RefusedStepException($"properties.jobs has two steps '{step}', one of them in a pipeline component; rename one.");
        flat[step] = definition;
    }

    private static void Replace(JsonObject? inputs, Func<string, string> change)
    {
        foreach (var (name, value) in (inputs ?? []).ToList())
        {
            if (TextOf(value) is not { } text || change(text) is var other && other == text)
                continue;
            if (value is JsonObject whole)
                whole["value"] = other;
            else
                inputs![name] = other;
        }
    }

    private static string Prefixed(string step, string text) =>
        PipelineJob.StepOutput().Match(text) is { Success: true } match
            ? Binding($"{step}_{match.Groups["step"].Value}", match.Groups["output"].Value)
            : text;

    private static string FromNested(string text, Dictionary<(string Step, string Output), string> sources) =>
        PipelineJob.StepOutput().Match(text) is { Success: true } match
            ? sources.GetValueOrDefault((match.Groups["step"].Value, match.Groups["output"].Value), text)
            : text;

    private static string Binding(string step, string output) => $"${{{{parent.jobs.{step}.outputs.{output}}}}}";

    private static string? TextOf(JsonNode? value) =>
        value is JsonObject whole ? whole["value"]?.ToString()
        : value is JsonValue ? value.ToString()
        : null;
}
