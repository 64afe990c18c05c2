using System.Diagnostics.CodeAnalysis;

namespace WorkspaceEmulator.Wire;

/// <summary>The three names that address a workspace; compared without regard to case, as ARM does.</summary>
public sealed record WorkspaceName(string SubscriptionId, string ResourceGroup, string Name)
{
    /// <summary>One lower-case text per workspace: dictionary key and folder path.</summary>
    public string Key { get; } = $"{SubscriptionId}/{ResourceGroup}/{Name}".ToLowerInvariant();

    public string ArmId =>
        $"/subscriptions/{SubscriptionId}/resourceGroups/{ResourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/{Name}";

    /// <summary>Reads SUBSCRIPTION/GROUP/NAME.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out WorkspaceName? name)
    {
        ArgumentNullException.ThrowIfNull(text);
        name =
            text.Split('/') is [{ Length: > 0 } subscription, { Length: > 0 } group, { Length: > 0 } workspace]
            && !text.Contains("..", StringComparison.Ordinal)
                ? new(subscription, group, workspace)
                : null;
        return name is not null;
    }
}
