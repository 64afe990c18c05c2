using System.Text.Json.Nodes;
using WorkspaceEmulator.Deployments.Resources;
using WorkspaceEmulator.Deployments.Templates;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Deployments;

/// <summary>Compares the resources of a template with the deployed ones.</summary>
internal sealed class WhatIf(ResourceStore store, EmulatedResources resources)
{
    /// <summary>Returns the changes that a deployment would make, as the service returns them.</summary>
    /// <param name="scope">Where it would be deployed.</param>
    /// <param name="properties">The properties of the deployment.</param>
    /// <param name="cancellationToken">Cancels the comparison.</param>
    /// <exception cref="TemplateException">The template is faulty.</exception>
    /// <exception cref="FailedDeploymentException">A resource would be refused.</exception>
    public async Task<JsonObject> CompareAsync(DeploymentScope scope, JsonObject properties, CancellationToken cancellationToken)
    {
        var preview = await PreviewAsync(scope, properties, cancellationToken);
        var withPayloads = properties.Object("whatIfSettings").Text("resultFormat") != "ResourceIdOnly";
        var changes = new List<JsonNode>();
        foreach (var request in preview.Requests)
        {
            var before = await resources.FindSentAsync(request, cancellationToken);
            changes.Add(Compare(request, before, withPayloads));
        }

        changes.AddRange(Ignored(preview));
        return new JsonObject
        {
            ["status"] = "Succeeded",
            ["properties"] = new JsonObject { ["correlationId"] = Guid.NewGuid().ToString(), ["changes"] = changes.ToJsonArray() },
        };
    }

    /// <summary>Evaluates and checks a deployment, and changes nothing.</summary>
    public async Task<PreviewTarget> PreviewAsync(DeploymentScope scope, JsonObject properties, CancellationToken cancellationToken)
    {
        var preview = new PreviewTarget(resources.Surroundings, store);
        await new TemplateDeployer(preview).DeployAsync(scope, properties, new SilentJournal(), cancellationToken);
        return preview;
    }

    private static JsonObject Compare(ResourceRequest request, JsonObject? before, bool withPayloads)
    {
        var after = ResourceStore.PreviewSent(request);
        var change = new JsonObject { ["resourceId"] = request.Id };
        var delta = before is null ? [] : Differences("", before, after).ToJsonArray();
        change["changeType"] =
            !withPayloads ? "Deploy"
            : before is null ? "Create"
            : delta.Count == 0 ? "NoChange"
            : "Modify";
        if (!withPayloads)
            return change;
        if (before is not null)
            change["before"] = before;
        change["after"] = after;
        if (delta.Count > 0)
            change["delta"] = delta;
        return change;
    }

    private static IEnumerable<JsonObject> Differences(string prefix, JsonObject before, JsonObject after)
    {
        foreach (var name in before.Select(member => member.Key).Union(after.Select(member => member.Key), StringComparer.Ordinal))
        {
            var (old, young) = (before[name], after[name]);
            if (JsonNode.DeepEquals(old, young) || name == "apiVersion")
                continue;
            var path = prefix.Length == 0 ? name : $"{prefix}.{name}";
            if (old is JsonObject oldObject && young is JsonObject youngObject)
            {
                foreach (var difference in Differences(path, oldObject, youngObject))
                    yield return difference;
                continue;
            }

            yield return new JsonObject
            {
                ["path"] = path,
                ["propertyChangeType"] =
                    old is null ? "Create"
                    : young is null ? "Delete"
                    : "Modify",
                ["before"] = old?.DeepClone(),
                ["after"] = young?.DeepClone(),
            };
        }
    }

    /// <summary>Returns what is in the touched resource groups and not in the template.</summary>
    private IEnumerable<JsonNode> Ignored(PreviewTarget preview)
    {
        var wanted = preview.Requests.Select(request => request.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var groups = preview
            .Requests.Select(request => ResourceTypes.GroupOf(request.Id))
            .OfType<string>()
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return store
            .All()
            .Select(resource => (string)resource["id"]!)
            .Where(id => !wanted.Contains(id) && ResourceTypes.GroupOf(id) is { } group && groups.Contains(group))
            .Select(id => (JsonNode)new JsonObject { ["resourceId"] = id, ["changeType"] = "Ignore" });
    }

    private sealed class SilentJournal : IDeploymentJournal
    {
        public void Begin(string id, string type) { }

        public void Succeed(string id) { }

        public void Fail(string id, DeploymentError error) { }

        public IDeploymentJournal BeginNested(DeploymentScope scope) => this;

        public void End(JsonObject outputs) { }

        public void End(DeploymentError error) { }
    }
}
