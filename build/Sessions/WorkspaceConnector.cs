using Experiments.Plans;
using Experiments.Plans.Jobs;
using Workspaces.Connection;

namespace Build.Sessions;

/// <inheritdoc/>
internal sealed class WorkspaceConnector(EmulatorSession emulators, SignInSession signIns) : IWorkspaceConnector
{
    public async Task<WorkspaceClient> ConnectAsync(BuildContext context, WorkspaceAddress address, JobRuntime? jobs) =>
        WorkspaceClient.Open(
            address.Endpoint is null
                ? WorkspaceConnection.ToAzure(address, signIns.To(address.TenantId))
                : WorkspaceConnection.ToEmulator(address, await emulators.StartAsync(context, address, jobs))
        );
}
