using System.Text.RegularExpressions;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Assets;

/// <summary>
/// Represents a reference to an asset of a workspace, in one of Azure ML's forms: <c>azureml:NAME:VERSION</c>,
/// <c>azureml:NAME@LABEL</c>, an ARM id, or a long <c>azureml://</c> address.
/// </summary>
/// <param name="Segment">The segment of the asset's kind, such as <c>data</c>; null for the short forms, which leave it open.</param>
/// <param name="Workspace">ARM id, or id, of the workspace that the reference names; null for the workspace in which it stands.</param>
/// <param name="Name">Name of the asset.</param>
/// <param name="Version">Its version; null when <paramref name="Label"/> is given.</param>
/// <param name="Label">A label such as <c>latest</c>.</param>
internal sealed partial record AssetReference(string? Segment, string? Workspace, string Name, string? Version, string? Label)
{
    /// <summary>The only label that the emulator knows: the newest version.</summary>
    public const string Latest = "latest";

    [GeneratedRegex(
        @"^azureml:(?<name>[^:@/]+)(:(?<version>[^:@/]+)|@(?<label>[^:@/]+))\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Short();

    [GeneratedRegex(
        "^(azureml:/?)?(?<workspace>/subscriptions/[^/]+/resourceGroups/[^/]+/(providers/Microsoft\\.MachineLearningServices/)?"
            + "workspaces/[^/]+)/(?<segment>[a-z]+)/(?<name>[^/]+)/(versions/(?<version>[^/]+)|labels/(?<label>[^/]+))\\z",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Long();

    [GeneratedRegex(
        "^azureml://locations/[^/]+/workspaces/(?<workspace>[^/]+)/(?<segment>[a-z]+)/(?<name>[^/]+)/versions/(?<version>[^/]+)\\z",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Regional();

    /// <summary>Reads a reference; null for any other text.</summary>
    public static AssetReference? Parse(string text)
    {
        foreach (var form in new[] { Short(), Long(), Regional() })
        {
            var match = form.Match(text);
            if (match.Success)
                return new(Of(match, "segment"), Of(match, "workspace"), Of(match, "name")!, Of(match, "version"), Of(match, "label"));
        }

        return null;
    }

    /// <summary>Returns whether the reference is to the given workspace.</summary>
    public bool IsIn(WorkspaceName name) =>
        Workspace is null
        || Same(Workspace, name.ArmId)
        || Same(Workspace, name.ArmId.Replace("/providers/Microsoft.MachineLearningServices", "", StringComparison.OrdinalIgnoreCase))
        || Same(Workspace, name.Id.ToString());

    private static string? Of(Match match, string group) => match.Groups[group] is { Success: true } found ? found.Value : null;

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
