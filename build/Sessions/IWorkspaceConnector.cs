using Experiments.Plans;
using Experiments.Plans.Jobs;
using Workspaces.Connection;

namespace Build.Sessions;

/// <summary>Connects to a workspace, in Azure or emulated.</summary>
public interface IWorkspaceConnector
{
    /// <summary>Connects; an emulator is started first.</summary>
    /// <param name="context">The run.</param>
    /// <param name="address">The workspace.</param>
    /// <param name="jobs">The runtime of an emulator's jobs; null for a target that submits none.</param>
    Task<WorkspaceClient> ConnectAsync(BuildContext context, WorkspaceAddress address, JobRuntime? jobs);
}
