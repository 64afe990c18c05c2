using Experiments.Plans;
using Experiments.Plans.Jobs;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Build.Sessions;

/// <summary>The one connection of a run to its workspace.</summary>
public sealed class WorkspaceSession(IWorkspaceConnector connector, EmulatorSession emulators)
{
    private (WorkspaceAddress Address, WorkspaceClient Client)? open;
    private bool isTrusted;

    /// <summary>Connects to the workspace of a plan, or returns the connection of this run.</summary>
    /// <exception cref="WorkspaceException">The workspace cannot be reached, or the emulator could not be started.</exception>
    public Task<WorkspaceClient> OpenAsync(BuildContext context, ExperimentPlan plan) =>
        OpenAsync(context, plan.Workspace, plan.Runtime.Kind);

    /// <summary>Connects to the workspace that a plan's job is submitted to.</summary>
    /// <exception cref="Cake.Core.CakeException">The emulator runs jobs of another kind and cannot change now.</exception>
    /// <exception cref="WorkspaceException">The workspace cannot be reached, or the emulator could not be started.</exception>
    public async Task<WorkspaceClient> OpenForJobAsync(BuildContext context, ExperimentPlan plan)
    {
        var client = await OpenAsync(context, plan);
        emulators.Check(plan.Runtime.Kind);
        return client;
    }

    /// <summary>Connects, or returns the connection of this run.</summary>
    /// <param name="context">The run.</param>
    /// <param name="address">The workspace.</param>
    /// <param name="jobs">
    /// The runtime of the emulator's jobs; null for a target that submits none and accepts the emulator as it runs.
    /// </param>
    /// <param name="verify">Whether the workspace is read first; false when the caller reads it together with other things.</param>
    /// <exception cref="WorkspaceException">The workspace cannot be reached, or the emulator could not be started.</exception>
    public async Task<WorkspaceClient> OpenAsync(BuildContext context, WorkspaceAddress address, JobRuntime? jobs, bool verify = true)
    {
        // The address as requested is the key: the client's own address names the port that the emulator found.
        if (open is not { } already || already.Address != address)
        {
            open = already = (address, await connector.ConnectAsync(context, address, jobs));
            isTrusted = false;
        }

        if (verify && !isTrusted)
            await already.Client.VerifyAsync(context.Cancellation);
        return already.Client;
    }

    /// <summary>Connects to a workspace without starting an emulator.</summary>
    /// <returns>Null when the emulator of the workspace does not run: it has no job that runs either.</returns>
    /// <exception cref="WorkspaceException">The workspace cannot be reached.</exception>
    public async Task<WorkspaceClient?> FindAsync(BuildContext context, WorkspaceAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Endpoint is null || await emulators.FindAsync(context) is not null
            ? await OpenAsync(context, address, jobs: null)
            : null;
    }

    /// <summary>Records that the workspace exists, because something in it was found.</summary>
    public void Trust() => isTrusted = true;
}
