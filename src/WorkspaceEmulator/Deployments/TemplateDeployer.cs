using System.Text.Json.Nodes;
using WorkspaceEmulator.Deployments.Resources;
using WorkspaceEmulator.Deployments.Templates;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Deployments;

/// <summary>Deploys a template: evaluates its resources one after another and hands them to a target.</summary>
/// <param name="target">Receives the resources.</param>
internal sealed class TemplateDeployer(IDeploymentTarget target)
{
    private const string NestedType = "Microsoft.Resources/deployments";
    private const int DeepestNesting = 5;
    private static readonly string[] TemplateMembers =
    [
        "$schema",
        "contentVersion",
        "definitions",
        "languageVersion",
        "metadata",
        "outputs",
        "parameters",
        "resources",
        "variables",
    ];
    private static readonly string[] DeploymentMembers =
    [
        "debugSetting",
        "expressionEvaluationOptions",
        "mode",
        "parameters",
        "template",
        "whatIfSettings",
    ];
    private static readonly string[] NotOfTheBody =
    [
        "apiVersion",
        "condition",
        "copy",
        "dependsOn",
        "existing",
        "metadata",
        "name",
        "resourceGroup",
        "scope",
        "subscriptionId",
        "type",
    ];

    /// <summary>Deploys a template.</summary>
    /// <param name="scope">Where.</param>
    /// <param name="properties">The properties of the deployment: mode, template and parameters.</param>
    /// <param name="journal">Receives the progress.</param>
    /// <param name="cancellationToken">Ends the deployment after the current resource.</param>
    /// <returns>The outputs, each with its type and value.</returns>
    /// <exception cref="TemplateException">The template or a parameter is faulty.</exception>
    /// <exception cref="FailedDeploymentException">A resource failed.</exception>
    public Task<JsonObject> DeployAsync(
        DeploymentScope scope,
        JsonObject properties,
        IDeploymentJournal journal,
        CancellationToken cancellationToken
    ) => DeployAsync(scope, properties, journal, 0, cancellationToken);

    private async Task<JsonObject> DeployAsync(
        DeploymentScope scope,
        JsonObject properties,
        IDeploymentJournal journal,
        int depth,
        CancellationToken cancellationToken
    )
    {
        if (depth > DeepestNesting)
            throw new TemplateException($"Deployments are nested too deeply; at most {DeepestNesting} levels are allowed.");
        var template = CheckedTemplate(properties);
        var context = new TemplateContext(scope, template.Object("variables") ?? []);
        TemplateParameters.Read(context, template, properties.Object("parameters") ?? []);
        var deployed = new Dictionary<string, JsonObject>(StringComparer.OrdinalIgnoreCase);
        context.FindResource = name =>
            deployed.GetValueOrDefault(name)
            ?? target.Find(name)
            ?? throw new TemplateException(
                $"The resource '{name}' is referenced and was not found; it must exist or be deployed before.",
                "ResourceNotFound"
            );
        foreach (var resource in TemplateResource.ReadInOrder(template))
        {
            foreach (var (key, declaration, evaluate) in Instances(context, resource))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var step = evaluate(() => Prepare(context, resource, declaration));
                if (step is not null)
                    deployed[key] = await DeployStepAsync(context, step, journal, depth, cancellationToken);
            }
        }

        return Outputs(context, template);
    }

    private static JsonObject CheckedTemplate(JsonObject properties)
    {
        RequireKnown(properties, DeploymentMembers, "properties");
        if (properties.Text("mode") is not "Incremental")
            throw new TemplateException($"properties.mode is '{properties.Text("mode")}'; only Incremental is emulated.", "NotEmulated");
        if (properties.Object("template") is not { } template)
            throw new TemplateException("properties.template is missing; it must be the template itself.", "InvalidRequestContent");
        RequireKnown(template, TemplateMembers, "The template");
        return template;
    }

    private static void RequireKnown(JsonObject of, string[] known, string where)
    {
        if (of.FirstOrDefault(member => !known.Contains(member.Key, StringComparer.Ordinal)).Key is { } unknown)
            throw new TemplateException($"{where} has the member '{unknown}', which is not emulated.", "NotEmulated");
    }

    /// <summary>Returns one instance of a resource, or one for each pass of its loop, with what evaluates it.</summary>
    private static IEnumerable<(string Key, JsonObject Declaration, Func<Func<Step?>, Step?> Evaluate)> Instances(
        TemplateContext context,
        TemplateResource resource
    )
    {
        if (resource.Declaration.Object("copy") is not { } copy)
        {
            yield return (resource.Symbol, resource.Declaration, evaluate => evaluate());
            yield break;
        }

        var name = TemplateValues.Text(copy["name"], $"The name of the loop of '{resource.Symbol}'");
        var count = TemplateValues.Count(TemplateValues.Integer(context.Evaluate(copy["count"]), $"The count of copy '{name}'"), name);
        for (var index = 0; index < count; index++)
        {
            var pass = index;
            yield return ($"{resource.Symbol}[{pass}]", resource.Declaration, evaluate => context.InLoop(name, pass, evaluate));
        }
    }

    /// <summary>Evaluates a resource; null when its condition is false.</summary>
    private static Step? Prepare(TemplateContext context, TemplateResource resource, JsonObject declaration)
    {
        if (
            declaration["condition"] is { } condition
            && !TemplateValues.Boolean(context.Evaluate(condition), $"The condition of '{resource.Symbol}'")
        )
        {
            return null;
        }
        var name = context.EvaluateToText(declaration["name"], $"The name of '{resource.Symbol}'");
        var isNested = resource.Type.Equals(NestedType, StringComparison.OrdinalIgnoreCase);
        if (isNested)
            return PrepareNested(context, resource, declaration, name);
        if (declaration.ContainsKey("resourceGroup") || declaration.ContainsKey("subscriptionId"))
        {
            throw new TemplateException(
                $"The resource '{resource.Symbol}' names another scope, which is emulated for deployments only.",
                "NotEmulated"
            );
        }
        var path = declaration["scope"] is { } other
            ? context.EvaluateToText(other, $"The scope of '{resource.Symbol}'")
            : context.Scope.Path;
        var id = DeploymentScope.Under(path, resource.Type, name.Split('/'));
        if (declaration.Flag("existing"))
            return new Step(id, resource.Type, null, null);
        var body = new JsonObject();
        foreach (var (member, value) in declaration)
        {
            if (!NotOfTheBody.Contains(member, StringComparer.Ordinal))
                body[member] = context.Evaluate(value);
        }

        var version = declaration.Text("apiVersion") ?? throw new TemplateException($"The resource '{resource.Symbol}' has no apiVersion.");
        return new Step(id, resource.Type, new(id, resource.Type, version, name, body.WithoutNulls()), null);
    }

    private static Step PrepareNested(TemplateContext context, TemplateResource resource, JsonObject declaration, string name)
    {
        var scope = context.Scope;
        if (declaration["subscriptionId"] is { } subscription)
            scope = scope with { SubscriptionId = context.EvaluateToText(subscription, $"The subscription of '{resource.Symbol}'") };
        if (declaration["resourceGroup"] is { } group)
            scope = scope with { ResourceGroup = context.EvaluateToText(group, $"The resource group of '{resource.Symbol}'") };
        scope = scope with { DeploymentName = name };
        var properties = declaration.Object("properties")?.Clone() ?? [];
        if (properties.Object("expressionEvaluationOptions").Text("scope") != "inner")
        {
            throw new TemplateException(
                $"The deployment '{resource.Symbol}' does not have the scope 'inner', the only one that is emulated.",
                "NotEmulated"
            );
        }
        var parameters = new JsonObject();
        foreach (var (key, value) in properties.Object("parameters") ?? [])
        {
            if (context.Evaluate(value) is { } evaluated)
                parameters[key] = evaluated;
        }

        properties["parameters"] = parameters;
        return new Step(scope.DeploymentId, NestedType, null, new(scope, properties));
    }

    private async Task<JsonObject> DeployStepAsync(
        TemplateContext context,
        Step step,
        IDeploymentJournal journal,
        int depth,
        CancellationToken cancellationToken
    )
    {
        if (step is { Request: null, Nested: null })
        {
            return target.Find(step.Id)
                ?? throw new TemplateException($"The existing resource '{step.Id}' was not found.", "ResourceNotFound");
        }

        journal.Begin(step.Id, step.Type);
        try
        {
            var resource = step.Nested is { } nested
                ? await DeployNestedAsync(nested, journal, depth, cancellationToken)
                : await target.PutAsync(step.Request!, cancellationToken);
            journal.Succeed(step.Id);
            return resource;
        }
        catch (TemplateException fault)
        {
            throw Failed(new DeploymentError(fault.Code, fault.Message, step.Id, []));
        }
        catch (FailedDeploymentException failure)
        {
            throw Failed(DeploymentError.OfDeployment(step.Id, failure.Error));
        }

        FailedDeploymentException Failed(DeploymentError error)
        {
            journal.Fail(step.Id, error);
            return new FailedDeploymentException(error);
        }
    }

    private async Task<JsonObject> DeployNestedAsync(
        NestedDeployment nested,
        IDeploymentJournal journal,
        int depth,
        CancellationToken cancellationToken
    )
    {
        if (nested.Scope.ResourceGroup is not null && target.Find(nested.Scope.Path) is null)
            throw new TemplateException($"Resource group '{nested.Scope.ResourceGroup}' could not be found.", "ResourceGroupNotFound");
        var inner = journal.BeginNested(nested.Scope);
        try
        {
            var outputs = await DeployAsync(nested.Scope, nested.Properties, inner, depth + 1, cancellationToken);
            inner.End(outputs);
            return new JsonObject
            {
                ["id"] = nested.Scope.DeploymentId,
                ["name"] = nested.Scope.DeploymentName,
                ["type"] = NestedType,
                ["properties"] = new JsonObject { ["provisioningState"] = "Succeeded", ["outputs"] = outputs.Clone() },
            };
        }
        catch (FailedDeploymentException failure)
        {
            inner.End(DeploymentError.OfDeployment(nested.Scope.DeploymentId, failure.Error));
            throw;
        }
        catch (TemplateException fault)
        {
            inner.End(new DeploymentError(fault.Code, fault.Message, null, []));
            throw;
        }
    }

    private static JsonObject Outputs(TemplateContext context, JsonObject template)
    {
        var outputs = new JsonObject();
        foreach (var (name, declaration) in template.Object("outputs") ?? [])
        {
            var output = declaration as JsonObject ?? throw new TemplateException($"The output '{name}' is no object; it must be one.");
            if (output.ContainsKey("copy"))
                throw new TemplateException($"The output '{name}' has a loop, which is not emulated.", "NotEmulated");
            if (
                output["condition"] is { } condition
                && !TemplateValues.Boolean(context.Evaluate(condition), $"The condition of output '{name}'")
            )
            {
                continue;
            }
            outputs[name] = new JsonObject { ["type"] = output.Text("type") ?? "object", ["value"] = context.Evaluate(output["value"]) };
        }

        return outputs;
    }

    private sealed record NestedDeployment(DeploymentScope Scope, JsonObject Properties);

    /// <summary>One thing to do: a resource, a nested deployment, or neither for a resource that must exist.</summary>
    private sealed record Step(string Id, string Type, ResourceRequest? Request, NestedDeployment? Nested);
}
