using Build.Sessions;
using Experiments.Plans;
using Experiments.Plans.Jobs;
using Fixtures.Services;
using Workspaces.Connection;

namespace Build.Tests.Doubles;

/// <summary>Connects every address to one scripted service.</summary>
internal sealed class FakeConnector(FakeService service) : IWorkspaceConnector
{
    public Task<WorkspaceClient> ConnectAsync(BuildContext context, WorkspaceAddress address, JobRuntime? jobs) =>
        Task.FromResult(WorkspaceClient.Open(service.Connection()));
}
