using Experiments.Plans;
using Experiments.Plans.Jobs;
using Workspaces.Connection;

namespace Build.Sessions;

/// <summary>Makes the connection to a workspace, in Azure or emulated.</summary>
public interface IWorkspaceConnector
{
    /// <summary>Connects; an emulator is started first.</summary>
    /// <param name="context">The run.</param>
    /// <param name="address">The workspace.</param>
    /// <param name="jobs">What an emulator is to run jobs with; null for a target that submits none.</param>
    Task<WorkspaceClient> ConnectAsync(BuildContext context, WorkspaceAddress address, JobRuntime? jobs);
}
