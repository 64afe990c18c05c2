using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WorkspaceEmulator.Assets;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.References;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Submission;

/// <summary>Completes command jobs, and steps of pipelines, by the registered component that they run.</summary>
internal static partial class ComponentJob
{
    // A part of a component's command that belongs to optional inputs.
    [GeneratedRegex(@"\$\[\[(?<text>.*?)\]\]", RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OptionalPart();

    /// <summary>
    /// Completes a command job whose <c>componentId</c> names a component: command, environment, code, inputs with their defaults, outputs,
    /// and resources. What the job itself has counts, except its command.
    /// </summary>
    /// <param name="properties">The <c>properties</c> of the job.</param>
    /// <param name="workspace">The workspace of the component.</param>
    /// <exception cref="RefusedStepException">
    /// The component is missing or of another kind, or needs an input that the job lacks.
    /// </exception>
    public static void Complete(JsonObject properties, Workspace workspace)
    {
        if (Find("properties", properties, workspace) is not { } component)
            return;
        var inputs = properties.Object("inputs")?.Clone() ?? [];
        foreach (var (input, declared) in component.Object("inputs") ?? [])
        {
            if (inputs.ContainsKey(input))
                continue;
            if (declared is JsonObject { } one && one["default"] is { } otherwise)
                inputs[input] = Literal(otherwise.ToString());
            else
                CheckOptional($"properties.inputs.{input}", declared as JsonObject);
        }

        var outputs = properties.Object("outputs")?.Clone() ?? [];
        foreach (var (output, declared) in component.Object("outputs") ?? [])
        {
            if (!outputs.ContainsKey(output))
                outputs[output] = new JsonObject { ["jobOutputType"] = declared.Text("type") ?? "uri_folder" };
        }

        var command = component.Text("command") ?? throw new RefusedStepException("The component has no command.");
        properties["command"] = Command(command, inputs);
        properties["environmentId"] ??= EnvironmentOf(component);
        properties["codeId"] ??= CodeOf(component);
        properties["distribution"] ??= component["distribution"]?.DeepClone();
        properties["resources"] ??= Resources(component.Object("resources"));
        (properties["inputs"], properties["outputs"]) = (inputs, outputs);
        properties.WithoutNulls();
    }

    /// <summary>Returns the component that a job or step runs; null when it names none.</summary>
    /// <exception cref="RefusedStepException">The component is missing, of a registry, or no command.</exception>
    public static JsonObject? Find(string at, JsonObject node, Workspace workspace)
    {
        if (node.Text("componentId") is not { } id)
            return null;
        if (id.StartsWith("azureml://registries/", StringComparison.OrdinalIgnoreCase))
            throw RefusedStepException.NotEmulated($"a component of a registry ({at}.componentId)");
        if (AssetReference.Parse(id) is not { } reference || !reference.IsIn(workspace.Name))
            throw new RefusedStepException($"{at}.componentId is '{id}'; it must be a component of workspace '{workspace.Name.Name}'.");
        var (version, fault) = AssetPlaces.Find(workspace, AssetKind.Components, reference);
        var component = version?.Body.Object("componentSpec") ?? throw new RefusedStepException($"{at}.componentId: {fault}");
        return component.Text("type") is null or "command" or "CommandComponent"
            ? component
            : throw RefusedStepException.NotEmulated($"a command of a component of type {component.Text("type")} ({at})");
    }

    /// <summary>Returns a component's command without the parts whose optional inputs are not given.</summary>
    public static string Command(string command, JsonObject inputs) =>
        OptionalPart().Replace(command, part => IsGiven(part.Groups["text"].Value, inputs) ? part.Groups["text"].Value : "");

    public static string? EnvironmentOf(JsonObject component) =>
        Reference(component.Text("environment") ?? component.Text("environmentId"));

    public static string? CodeOf(JsonObject component) => Reference(component.Text("code") ?? component.Text("codeId"));

    public static JsonObject? Resources(JsonObject? given) =>
        given is null
            ? null
            : new JsonObject
            {
                ["instanceCount"] = (given["instance_count"] ?? given["instanceCount"])?.DeepClone() ?? 1,
                ["shmSize"] = given.Text("shm_size") ?? given.Text("shmSize"),
                ["dockerArgs"] = given.Text("docker_args") ?? given.Text("dockerArgs"),
            }.WithoutNulls();

    public static JsonObject Literal(string value) => new() { ["jobInputType"] = "literal", ["value"] = value };

    /// <exception cref="RefusedStepException">The declaration of an input that is not given does not say that it is optional.</exception>
    public static void CheckOptional(string at, JsonObject? declared)
    {
        if (declared?["optional"]?.ToString().ToLowerInvariant() != "true")
            throw new RefusedStepException($"{at} is missing; the component needs it.");
    }

    private static bool IsGiven(string part, JsonObject inputs) =>
        CommandJob
            .Expression()
            .Matches(part)
            .All(match => match.Groups["kind"].Value != "inputs" || inputs.ContainsKey(match.Groups["name"].Value));

    // Components write references with a prefix that jobs do not have.
    private static string? Reference(string? text) =>
        text?.StartsWith("azureml:/subscriptions/", StringComparison.OrdinalIgnoreCase) == true ? text["azureml:".Length..] : text;
}
