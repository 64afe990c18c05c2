using System.Text;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Assets;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.References;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Submission;

/// <summary>Completes command jobs, and steps of pipelines, by the registered component that they run.</summary>
internal static class ComponentJob
{
    // What is between them belongs to optional inputs.
    private const string OptionalBegin = "$[[";
    private const string OptionalEnd = "]]";

    /// <summary>
    /// Completes a command job or a sweep whose <c>componentId</c> names a component: command, environment, code, inputs with their
    /// defaults, outputs, and resources. What the job itself has counts, except its command. A parameter of the search space takes the
    /// place of the input of that name.
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
        var swept = properties.Object("searchSpace") ?? [];
        CompleteInputs(properties, component, swept);
        var runnable = properties;
        if (properties.Text("jobType") == SweepJob.Type)
            properties["trial"] = runnable = properties.Object("trial")?.Clone() ?? [];
        var given = properties.Object("inputs")!.Concat(swept).Select(member => member.Key).ToHashSet(StringComparer.Ordinal);
        var command = component.Text("command") ?? throw new RefusedStepException("The component has no command.");
        runnable["command"] = Swept(Command(command, given), swept);
        runnable["environmentId"] ??= EnvironmentOf(component);
        runnable["codeId"] ??= CodeOf(component);
        runnable["distribution"] ??= component["distribution"]?.DeepClone();
        runnable["resources"] ??= Resources(component.Object("resources"));
        properties.WithoutNulls();
    }

    /// <summary>
    /// Completes a pipeline whose <c>componentId</c> names a pipeline component: with the defaults of its inputs, its outputs, and, where
    /// the job has none, its steps.
    /// </summary>
    /// <param name="properties">The <c>properties</c> of the pipeline job.</param>
    /// <param name="workspace">The workspace of the component.</param>
    /// <exception cref="RefusedStepException">
    /// The component is missing or of another kind, or needs an input that the job lacks.
    /// </exception>
    public static void CompletePipeline(JsonObject properties, Workspace workspace)
    {
        // MLClient sends the steps of a component that it knows, and neither its defaults nor its outputs.
        var own = properties.Object("jobs") is { Count: > 0 } jobs ? jobs : null;
        var found = own is null ? FindAny("properties", properties, workspace) : new NestedPipelines(workspace).ComponentOf(properties);
        if (found is not { } component)
            return;
        if (!NestedPipelines.IsPipeline(component))
            throw RefusedStepException.NotEmulated($"a pipeline of a component of type {component.Text("type")} (properties.componentId)");
        CompleteInputs(properties, component, []);
        var inputs = properties.Object("inputs")!;
        var absent = (component.Object("inputs") ?? []).Select(input => input.Key).Where(input => !inputs.ContainsKey(input)).ToList();
        properties["jobs"] = NestedPipelines.WithoutInputs(own ?? component.Object("jobs") ?? [], absent);
    }

    private static void CompleteInputs(JsonObject properties, JsonObject component, JsonObject swept)
    {
        var inputs = properties.Object("inputs")?.Clone() ?? [];
        foreach (var (input, declared) in component.Object("inputs") ?? [])
        {
            if (inputs.ContainsKey(input) || swept.ContainsKey(input))
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

        (properties["inputs"], properties["outputs"]) = (inputs, outputs);
    }

    private static string Swept(string command, JsonObject swept) =>
        CommandJob
            .Expression()
            .Replace(command, match =>
                match.Groups["kind"].Value == "inputs" && swept.ContainsKey(match.Groups["name"].Value)
                    ? $"${{{{search_space.{match.Groups["name"].Value}}}}}"
                    : match.Value
            );

    /// <summary>Returns the component that a job or step runs; null when it names none.</summary>
    /// <exception cref="RefusedStepException">The component is missing, of a registry, or no command.</exception>
    public static JsonObject? Find(string at, JsonObject node, Workspace workspace)
    {
        if (FindAny(at, node, workspace) is not { } component)
            return null;
        return component.Text("type") is null or "command" or "CommandComponent"
            ? component
            : throw RefusedStepException.NotEmulated($"a command of a component of type {component.Text("type")} ({at})");
    }

    private static JsonObject? FindAny(string at, JsonObject node, Workspace workspace)
    {
        if (node.Text("componentId") is not { } id)
            return null;
        if (id.StartsWith("azureml://registries/", StringComparison.OrdinalIgnoreCase))
            throw RefusedStepException.NotEmulated($"a component of a registry ({at}.componentId)");
        if (AssetReference.Parse(id) is not { } reference || !reference.IsIn(workspace.Name))
            throw new RefusedStepException($"{at}.componentId is '{id}'; it must be a component of workspace '{workspace.Name.Name}'.");
        var (version, fault) = AssetPlaces.Find(workspace, AssetKind.Components, reference);
        return version?.Body.Object("componentSpec") ?? throw new RefusedStepException($"{at}.componentId: {fault}");
    }

    /// <summary>Returns a component's command without the parts whose optional inputs are not given.</summary>
    public static string Command(string command, IReadOnlySet<string> inputs)
    {
        var made = new StringBuilder();
        var read = 0;
        while (
            command.IndexOf(OptionalBegin, read, StringComparison.Ordinal) is >= 0 and var begin
            && command.IndexOf(OptionalEnd, begin, StringComparison.Ordinal) is >= 0 and var end
        )
        {
            var part = command[(begin + OptionalBegin.Length)..end];
            made.Append(command, read, begin - read).Append(IsGiven(part, inputs) ? part : "");
            read = end + OptionalEnd.Length;
        }

        return made.Append(command, read, command.Length - read).ToString();
    }

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

    private static bool IsGiven(string part, IReadOnlySet<string> inputs) =>
        CommandJob
            .Expression()
            .Matches(part)
            .All(match => match.Groups["kind"].Value != "inputs" || inputs.Contains(match.Groups["name"].Value));

    // Components write references with a prefix that jobs do not have.
    private static string? Reference(string? text) =>
        text?.StartsWith("azureml:/subscriptions/", StringComparison.OrdinalIgnoreCase) == true ? text["azureml:".Length..] : text;
}
