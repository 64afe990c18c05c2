using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.References;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Submission;

/// <summary>
/// Converts the steps of a pipeline job to command jobs: it looks up their components and passes on the inputs and outputs of the pipeline.
/// </summary>
internal sealed partial class PipelineExpansion
{
    private readonly string name;
    private readonly JsonObject pipeline;
    private readonly Workspace workspace;

    private PipelineExpansion(string name, JsonObject pipeline, Workspace workspace)
    {
        (this.name, this.pipeline, this.workspace) = (name, pipeline, workspace);
    }

    [GeneratedRegex(
        @"\$\{\{\s*parent\.inputs\.(?<name>[A-Za-z0-9_]+)\s*\}\}",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex PipelineInput();

    [GeneratedRegex(
        @"^\$\{\{\s*parent\.outputs\.(?<name>[A-Za-z0-9_]+)\s*\}\}\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex PipelineOutput();

    /// <summary>Converts the steps.</summary>
    /// <param name="name">Name of the pipeline.</param>
    /// <param name="pipeline">The <c>properties</c> of the pipeline job.</param>
    /// <param name="workspace">The workspace of the components.</param>
    /// <returns>The properties of each step by its name.</returns>
    /// <exception cref="RefusedStepException">A step is faulty, or needs what the emulator has not.</exception>
    public static JsonObject Expand(string name, JsonObject pipeline, Workspace workspace)
    {
        if (pipeline.Object("jobs") is not { Count: > 0 } jobs)
        {
            throw pipeline.Text("sourceJobId") is not null
                ? RefusedStepException.NotEmulated("a pipeline of another job (properties.sourceJobId)")
                : new RefusedStepException("properties.jobs is missing; it must hold the steps of the pipeline.");
        }

        var expansion = new PipelineExpansion(name, pipeline, workspace);
        var steps = new JsonObject();
        foreach (var (step, node) in new NestedPipelines(workspace).Flatten(jobs))
        {
            if (!ResourceNames.Asset().IsMatch(step))
                throw new RefusedStepException(ResourceNames.Fault("The name of a step", step, ResourceNames.Asset()));
            if (node is not JsonObject given)
                throw new RefusedStepException($"properties.jobs.{step} must be an object.");
            steps[step] = expansion.Expand(step, given);
        }

        foreach (var (step, definition) in steps)
            CheckBindings(step, definition!.AsObject(), steps);
        return steps;
    }

    private JsonObject Expand(string step, JsonObject node)
    {
        var at = $"properties.jobs.{step}";
        if (node.Text("type") is { } type && type != "command")
            throw RefusedStepException.NotEmulated($"a pipeline with a step of type {type} ({at})");
        var component = ComponentJob.Find(at, node, workspace) ?? node;
        var settings = pipeline.Object("settings");
        var inputs = Inputs(at, node, component);
        var command = component.Text("command") ?? throw new RefusedStepException($"{at} has no command.");
        var definition = new JsonObject
        {
            ["jobType"] = CommandJob.Type,
            ["command"] = ComponentJob.Command(command, inputs.Select(input => input.Key).ToHashSet(StringComparer.Ordinal)),
            ["environmentId"] = ComponentJob.EnvironmentOf(node) ?? ComponentJob.EnvironmentOf(component),
            ["codeId"] = ComponentJob.CodeOf(node) ?? ComponentJob.CodeOf(component),
            ["computeId"] = node.Text("computeId") ?? settings.Text("default_compute") ?? pipeline.Text("computeId"),
            ["environmentVariables"] = (node["environment_variables"] ?? node["environmentVariables"])?.DeepClone(),
            ["distribution"] = (
                node["distribution"] as JsonObject is { Count: > 0 } spread ? spread : component["distribution"]
            )?.DeepClone(),
            ["services"] = node["services"]?.DeepClone(),
            ["identity"] = Identity(node.Object("identity")),
            ["resources"] = ComponentJob.Resources(node.Object("resources") ?? component.Object("resources")),
            ["limits"] = node.Object("limits").Text("timeout") is { } timeout
                ? new JsonObject { ["jobLimitsType"] = CommandJob.Type, ["timeout"] = timeout }
                : null,
            ["inputs"] = inputs,
            ["outputs"] = Outputs(at, step, node, component),
        };
        definition.WithoutNulls();
        JobNeeds.Resolve(definition, workspace);
        return definition;
    }

    private JsonObject Inputs(string at, JsonObject node, JsonObject component)
    {
        var inputs = new JsonObject();
        var declared = component == node ? [] : component.Object("inputs") ?? [];
        var given = node.Object("inputs") ?? [];
        foreach (var input in declared.Select(each => each.Key).Union(given.Select(each => each.Key), StringComparer.Ordinal))
        {
            var type = declared.Object(input).Text("type");
            if (given[input] is { } value)
                inputs[input] = Input($"{at}.inputs.{input}", value, type);
            else if (declared.Object(input)?["default"] is { } otherwise)
                inputs[input] = ComponentJob.Literal(otherwise.ToString());
            else
                ComponentJob.CheckOptional($"{at}.inputs.{input}", declared.Object(input));
        }

        return inputs;
    }

    private JsonObject Input(string at, JsonNode value, string? type)
    {
        var given = value as JsonObject ?? new JsonObject { ["value"] = value.ToString() };
        var mode = given.Text("mode");
        if ((given.Text("uri") ?? given.Text("path")) is { } uri)
            return Data(given.Text("job_input_type") ?? given.Text("jobInputType") ?? given.Text("type") ?? type, uri, mode);
        var text = given["value"]?.ToString() ?? throw new RefusedStepException($"{at} has neither a value nor an address.");
        if (PipelineJob.StepOutput().IsMatch(text))
            return Data(type, text, mode);
        if (PipelineInput().Match(text) is not { Success: true } match || match.Value != text.Trim())
            return ComponentJob.Literal(Fill(at, text));
        var own = pipeline.Object("inputs").Object(match.Groups["name"].Value) ?? throw Unknown(at, match.Value);
        var passed = own.Clone();
        if (mode is not null && passed.Text("jobInputType") != "literal")
            passed["mode"] = mode;
        return passed;
    }

    private string Fill(string at, string text) =>
        PipelineInput()
            .Replace(text, match =>
                pipeline.Object("inputs").Object(match.Groups["name"].Value).Text("value") ?? throw Unknown(at, match.Value)
            );

    private JsonObject Outputs(string at, string step, JsonObject node, JsonObject component)
    {
        var outputs = new JsonObject();
        var declared = component == node ? [] : component.Object("outputs") ?? [];
        var given = node.Object("outputs") ?? [];
        foreach (var output in declared.Select(each => each.Key).Union(given.Select(each => each.Key), StringComparer.Ordinal))
        {
            var own = given.Object(output);
            var type = declared.Object(output).Text("type") ?? own.Text("job_output_type") ?? own.Text("jobOutputType") ?? "uri_folder";
            var made = new JsonObject
            {
                ["jobOutputType"] = type,
                ["mode"] = own.Text("mode"),
                ["uri"] = own.Text("uri") ?? own.Text("path"),
                ["assetName"] = own.Text("asset_name") ?? own.Text("assetName"),
                ["assetVersion"] = own.Text("asset_version") ?? own.Text("assetVersion"),
            };
            if (PipelineOutput().Match(own.Text("value") ?? "") is { Success: true } match)
            {
                var target = match.Groups["name"].Value;
                if (pipeline.Object("outputs").Object(target) is not { } shared)
                    throw Unknown($"{at}.outputs.{output}", match.Value);
                made["mode"] = shared.Text("mode") ?? own.Text("mode");
                made["uri"] = shared.Text("uri") ?? JobOutput.DefaultPlace(name, target).ToString();
            }
            else if (made.Text("uri") is null && pipeline.Object("settings").Text("default_datastore") is { } store)
            {
                made["uri"] = new DatastoreUri(store.Split('/')[^1], $"azureml/{name}/{step}/{output}/").ToString();
            }

            outputs[output] = made.WithoutNulls();
        }

        return outputs;
    }

    private static void CheckBindings(string step, JsonObject definition, JsonObject steps)
    {
        foreach (var (name, input) in definition.Object("inputs") ?? [])
        {
            if (PipelineJob.StepOutput().Match(input.Text("uri") ?? "") is not { Success: true } match)
                continue;
            var source = steps.Object(match.Groups["step"].Value).Object("outputs").Object(match.Groups["output"].Value);
            if (source is null)
                throw Unknown($"properties.jobs.{step}.inputs.{name}", match.Value);
            // An input that the step itself declares has no type of its own.
            ((JsonObject)input!)["jobInputType"] ??= source["jobOutputType"]!.DeepClone();
        }
    }

    private static JsonObject? Identity(JsonObject? given) =>
        (given.Text("type") ?? given.Text("identityType")) is { } type
            ? new JsonObject
            {
                ["identityType"] = type.ToLowerInvariant() switch
                {
                    "aml_token" or "amltoken" => "AMLToken",
                    _ => type,
                },
            }
            : null;

    private static JsonObject Data(string? type, string uri, string? mode) =>
        new JsonObject
        {
            ["jobInputType"] = type,
            ["uri"] = uri,
            ["mode"] = mode,
        }.WithoutNulls();

    private static RefusedStepException Unknown(string at, string binding) =>
        new($"{at} refers to {binding}, which the pipeline does not define.");
}
