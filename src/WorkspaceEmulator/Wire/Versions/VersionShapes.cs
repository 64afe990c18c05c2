using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Wire.Versions;

/// <summary>
/// Removes from a response the members that the request's api-version does not know. In everything else that is emulated, the versions
/// agree.
/// </summary>
internal sealed class VersionShapes : IEndpointFilter
{
    private const string FirstWithStates = "2022-10-01-preview";

    /// <summary>Lists members of <c>properties</c> by the resources that have them, and the versions that lack them.</summary>
    private static readonly IReadOnlyList<MissingMember> Missing =
    [
        new(["codes", "components", "environments", "models"], "provisioningState", version =>
            string.CompareOrdinal(version, "2022-10-01") <= 0
        ),
        new(["environments"], "autoRebuild", version => string.CompareOrdinal(version, "2022-10-01") < 0 || version == FirstWithStates),
        new(["jobs"], "queueSettings", version => string.CompareOrdinal(version, "2023-02-01-preview") < 0),
        new(["jobs"], "notificationSetting", version => string.CompareOrdinal(version, "2023-02-01-preview") < 0),
    ];

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        var request = context.HttpContext.Request;
        var inner = (result as INestedHttpResult)?.Result ?? result;
        if (inner is IValueHttpResult<JsonObject> { Value: { } json })
        {
            var version = request.Query["api-version"].ToString();
            Fit(json, request.Path, version);
            if (OldNames.AreIn(version))
                OldNames.Restore(json);
        }

        return result;
    }

    /// <summary>Removes what a version does not know from a resource or a list of resources.</summary>
    /// <param name="json">The response.</param>
    /// <param name="path">Path of the request.</param>
    /// <param name="version">The api-version of the request.</param>
    public static void Fit(JsonObject json, string? path, string version)
    {
        var segments = (path ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        var at =
            Array.FindIndex(segments, part =>
                part.Equals("workspaces", StringComparison.OrdinalIgnoreCase)
                || part.Equals("registries", StringComparison.OrdinalIgnoreCase)
            ) + 2;
        if (at < 2 || at >= segments.Length)
            return;
        foreach (var member in Missing)
        {
            if (!member.Segments.Contains(segments[at], StringComparer.OrdinalIgnoreCase) || !member.IsMissing(version))
                continue;
            json.Object("properties")?.Remove(member.Name);
            foreach (var item in json.Array("value") ?? [])
                item.Object("properties")?.Remove(member.Name);
        }
    }

    private sealed record MissingMember(string[] Segments, string Name, Func<string, bool> IsMissing);
}
