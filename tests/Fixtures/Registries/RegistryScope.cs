using System.Text.Json.Nodes;

namespace Fixtures.Registries;

/// <summary>A scope as docker writes it: <c>type:name:action,action</c>.</summary>
public sealed record RegistryScope(string Type, string Name, IReadOnlyList<string> Actions)
{
    public static IEnumerable<RegistryScope> Parse(string scopes) =>
        scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ParseOne);

    /// <summary>The part of this scope that the grants permit.</summary>
    public RegistryScope Within(IEnumerable<RegistryScope> grants) =>
        this with
        {
            Actions =
            [
                .. Actions.Where(action =>
                    grants.Any(grant =>
                        grant.Type == Type
                        && (grant.Name == "*" || grant.Name == Name)
                        && (grant.Actions.Any(granted => granted == "*" || granted == action))
                    )
                ),
            ],
        };

    public JsonObject ToJson() =>
        new()
        {
            ["type"] = Type,
            ["name"] = Name,
            ["actions"] = new JsonArray([.. Actions.Select(action => (JsonNode)action)]),
        };

    // A name may hold colons: a registry's port.
    private static RegistryScope ParseOne(string scope)
    {
        var first = scope.IndexOf(':', StringComparison.Ordinal);
        var last = scope.LastIndexOf(':');
        return first < 0 || last == first
            ? throw new FormatException($"'{scope}' is not a scope; it must be type:name:actions.")
            : new RegistryScope(scope[..first], scope[(first + 1)..last], scope[(last + 1)..].Split(','));
    }
}
