using System.Text.Json;
using Workspaces.Deployments.Requests;

namespace Workspaces.Deployments;

/// <summary>One resource that a deployment would create, change or leave unchanged.</summary>
/// <param name="ResourceId">ARM id of the resource.</param>
/// <param name="Kind">Create, Modify, NoChange, Ignore, Delete, Deploy or Unsupported, as the service says it.</param>
/// <param name="Differences">The properties that would change, one per line.</param>
/// <param name="Reason">Reason why the service knows no details; null without one.</param>
public sealed record PlannedChange(string ResourceId, string Kind, IReadOnlyList<string> Differences, string? Reason)
{
    private const int LongestValue = 80;

    /// <summary>Gets whether the deployment has, or may have, something to do.</summary>
    public bool IsChange => Kind is not ("NoChange" or "Ignore");

    /// <summary>Gets the type, such as <c>Microsoft.Storage/storageAccounts</c>.</summary>
    public string Type => ResourceNames.TypeOf(ResourceId);

    /// <summary>Gets the name, with the names of its parents before it.</summary>
    public string Name => ResourceNames.NameOf(ResourceId);

    /// <summary>Reads a change of a what-if.</summary>
    internal static PlannedChange Read(JsonElement change) =>
        new(
            DeploymentJson.Text(change, "resourceId") ?? "",
            DeploymentJson.Text(change, "changeType") ?? "Unsupported",
            [.. DeploymentJson.Items(change, "delta").SelectMany(difference => Describe("", difference))],
            DeploymentJson.Text(change, "unsupportedReason")
        );

    private static List<string> Describe(string prefix, JsonElement difference)
    {
        var own = DeploymentJson.Text(difference, "path") ?? "";
        var path = prefix.Length == 0 ? own : $"{prefix}.{own}";
        if (DeploymentJson.Text(difference, "propertyChangeType") == "NoEffect")
            return [];
        var children = DeploymentJson.Items(difference, "children").SelectMany(child => Describe(path, child)).ToList();
        return children.Count > 0 ? children : [$"{path}: {Show(difference.Member("before"))} → {Show(difference.Member("after"))}"];
    }

    private static string Show(JsonElement value)
    {
        var text = value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? "none" : value.GetRawText();
        return text.Length <= LongestValue ? text : $"{text[..LongestValue]}…";
    }
}
