using System.Text.RegularExpressions;

namespace Azure.Containers.ContainerRegistry;

/// <summary>A registry's challenge: <c>WWW-Authenticate: Bearer realm="…",service="…",scope="…"</c>.</summary>
/// <param name="Service">The registry's own name for itself, sent back to it.</param>
/// <param name="Scope">What a token must open, such as <c>repository:detection:pull,push</c>; null for the registry as such.</param>
internal sealed partial record BearerChallenge(string Service, string? Scope)
{
    public static BearerChallenge? Read(Response response)
    {
        if (!response.Headers.TryGetValues("WWW-Authenticate", out var values))
            return null;

        foreach (var value in values.Where(value => value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)))
        {
            var parameters = Parameter()
                .Matches(value)
                .GroupBy(match => match.Groups["name"].Value, StringComparer.OrdinalIgnoreCase)
                .ToDictionary(group => group.Key, group => group.First().Groups["value"].Value, StringComparer.OrdinalIgnoreCase);
            if (parameters.TryGetValue("service", out var service))
                return new BearerChallenge(service, Ordered(parameters.GetValueOrDefault("scope")));
        }

        return null;
    }

    // Some registries list the actions in a different order each time. Sorting them makes the cached token findable.
    private static string? Ordered(string? scopes) =>
        scopes is null
            ? null
            : string.Join(
                ' ',
                scopes
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select(scope =>
                        scope.LastIndexOf(':') is var colon && colon < 0
                            ? scope
                            : $"{scope[..colon]}:{string.Join(',', scope[(colon + 1)..].Split(',').Order(StringComparer.Ordinal))}"
                    )
                    .Order(StringComparer.Ordinal)
            );

    [GeneratedRegex("(?<name>[A-Za-z_]+)=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
