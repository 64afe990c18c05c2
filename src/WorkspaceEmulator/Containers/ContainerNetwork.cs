using WorkspaceEmulator.Engines;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Containers;

/// <summary>Represents the network in which the containers of one job find each other, and reach the emulator.</summary>
internal sealed class ContainerNetwork : IAsyncDisposable
{
    private const int MasterPort = 6105;
    private readonly DockerEngine engine;
    private readonly IDisposable? admission;
    private readonly Action<string> report;

    private ContainerNetwork(DockerEngine engine, ContainerAddress address, IDisposable? admission, Action<string> report) =>
        (this.engine, Address, this.admission, this.report) = (engine, address, admission, report);

    /// <summary>Gets how the containers reach the emulator, with their network.</summary>
    public ContainerAddress Address { get; }

    /// <summary>Returns the name by which the others find a container.</summary>
    public static string HostOf(int rank) => $"process-{rank}";

    /// <summary>Creates a network of its own for a job; with this machine's network, containers find each other there.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="gateway">Passes on connections from the network to the emulator.</param>
    /// <param name="job">The job.</param>
    /// <param name="state">The state folder, which labels the network.</param>
    /// <param name="reached">How a container of the engine's bridge reaches the emulator.</param>
    public static async Task<ContainerNetwork> CreateAsync(
        DockerEngine engine,
        ContainerGateway gateway,
        JobAttempt job,
        StateFolder state,
        ContainerAddress reached
    )
    {
        if (reached.IsHost)
            return new(engine, reached, null, job.Run.LogSystem);
        var labels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ContainerSpecification.JobLabel] = job.Run.Name,
            [ContainerSpecification.StateLabel] = state.Root,
        };
        var name = $"model-training-{Guid.NewGuid():N}";
        // Not canceled: a network that was created and is unknown would remain.
        await engine.CreateNetworkAsync(name, labels);
        var bridge = await engine.FindBridgeAsync(name, CancellationToken.None);
        var network = new ContainerNetwork(
            engine,
            reached with
            {
                Network = name,
            },
            bridge is { } found ? gateway.Admit(found.Subnet) : null,
            job.Run.LogSystem
        );
        job.Run.LogSystem($"The containers of the job are in network {name}.");
        return network;
    }

    /// <summary>Returns the places of the job's processes, each in a container of its own.</summary>
    public IReadOnlyList<ProcessPlace> Places(JobAttempt job) =>
        Address.IsHost
            ? ProcessPlace.Of(job.Definition, "127.0.0.1", ProcessPlace.FindFreePort())
            : ProcessPlace.Of(job.Definition, HostOf(0), MasterPort);

    public async ValueTask DisposeAsync()
    {
        admission?.Dispose();
        if (Address.IsHost)
            return;
        try
        {
            await engine.RemoveNetworkAsync(Address.Network);
        }
        catch (EngineException error)
        {
            report($"Network {Address.Network} remains: {error.Message} The next start of the emulator removes it.");
        }
    }
}
