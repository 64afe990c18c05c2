using Experiments.Plans;

namespace Workspaces.Computes;

/// <summary>Parts of the commands that messages propose.</summary>
internal static class CommandLine
{
    /// <summary>The options by which <c>az ml</c> knows the workspace.</summary>
    public static string WorkspaceOptions(WorkspaceAddress address) =>
        $"--resource-group {address.ResourceGroup} --workspace-name {address.WorkspaceName}";
}
