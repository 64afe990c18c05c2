using Experiments.Plans;

namespace Workspaces.Computes;

/// <summary>Formats parts of commands in messages.</summary>
internal static class CommandLine
{
    /// <summary>Formats the options that select the workspace for <c>az ml</c>.</summary>
    public static string WorkspaceOptions(WorkspaceAddress address) =>
        $"--resource-group {address.ResourceGroup} --workspace-name {address.WorkspaceName}";
}
