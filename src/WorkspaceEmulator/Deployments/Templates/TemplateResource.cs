using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Deployments.Templates;

/// <summary>Represents one entry of a template's <c>resources</c>.</summary>
/// <param name="Symbol">Its symbolic name.</param>
/// <param name="Declaration">Its declaration, not yet evaluated.</param>
internal sealed record TemplateResource(string Symbol, JsonObject Declaration)
{
    private static readonly string[] Members =
    [
        "apiVersion",
        "condition",
        "copy",
        "dependsOn",
        "existing",
        "extendedLocation",
        "identity",
        "kind",
        "location",
        "managedBy",
        "metadata",
        "name",
        "plan",
        "properties",
        "resourceGroup",
        "scope",
        "sku",
        "subscriptionId",
        "tags",
        "type",
        "zones",
    ];

    public string Type => Declaration.Text("type") ?? throw new TemplateException($"The resource '{Symbol}' has no type.");

    /// <summary>Reads the resources of a template in the order in which their dependencies allow them.</summary>
    /// <exception cref="TemplateException">The resources cannot be read, or depend on each other in a circle.</exception>
    public static IReadOnlyList<TemplateResource> ReadInOrder(JsonObject template)
    {
        var resources = template["resources"] switch
        {
            JsonObject symbolic => [.. symbolic.Select(entry => Create(entry.Key, entry.Value))],
            JsonArray { Count: 0 } or null => new List<TemplateResource>(),
            _ => throw new TemplateException(
                "The template's resources are an array; only resources with symbolic names are emulated, as Bicep writes them.",
                "NotEmulated"
            ),
        };
        var bySymbol = resources.ToDictionary(resource => resource.Symbol, StringComparer.Ordinal);
        var ordered = new List<TemplateResource>();
        var states = new Dictionary<string, bool>(StringComparer.Ordinal); // false while its dependencies are visited
        foreach (var resource in resources)
            Visit(resource);
        return ordered;

        void Visit(TemplateResource resource)
        {
            if (states.TryGetValue(resource.Symbol, out var isDone))
            {
                if (!isDone)
                    throw new TemplateException($"The resource '{resource.Symbol}' depends on itself; dependsOn must have no circle.");
                return;
            }

            states[resource.Symbol] = false;
            foreach (var dependency in resource.Dependencies())
            {
                Visit(
                    bySymbol.GetValueOrDefault(dependency)
                        ?? throw new TemplateException(
                            $"The resource '{resource.Symbol}' depends on '{dependency}', which is not in the template."
                        )
                );
            }

            states[resource.Symbol] = true;
            ordered.Add(resource);
        }
    }

    private static TemplateResource Create(string symbol, JsonNode? declaration)
    {
        var resource = new TemplateResource(
            symbol,
            declaration as JsonObject ?? throw new TemplateException($"The resource '{symbol}' is no object; it must be one.")
        );
        // A member that would be ignored must be reported.
        return resource.Declaration.FirstOrDefault(member => !Members.Contains(member.Key, StringComparer.Ordinal)).Key is { } unknown
            ? throw new TemplateException($"The resource '{symbol}' has the member '{unknown}', which is not emulated.", "NotEmulated")
            : resource;
    }

    private IEnumerable<string> Dependencies() =>
        (Declaration.Array("dependsOn") ?? []).Select(entry => TemplateValues.Text(entry, $"A dependency of the resource '{Symbol}'"));
}
