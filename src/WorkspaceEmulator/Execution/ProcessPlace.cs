using System.Net;
using System.Net.Sockets;
using WorkspaceEmulator.Jobs;

namespace WorkspaceEmulator.Execution;

/// <summary>Represents the place of one process among those of a job whose distribution is PyTorch.</summary>
/// <param name="Rank">Its number in the job, from 0.</param>
/// <param name="Size">Processes of the job.</param>
/// <param name="LocalRank">Its number on its node, from 0.</param>
/// <param name="NodeRank">Number of its node, from 0.</param>
/// <param name="MasterAddress">Host of the first process.</param>
/// <param name="MasterPort">TCP port on which the first process listens.</param>
internal sealed record ProcessPlace(int Rank, int Size, int LocalRank, int NodeRank, string MasterAddress, int MasterPort)
{
    /// <summary>Returns the places of all processes, by rank.</summary>
    public static IReadOnlyList<ProcessPlace> Of(CommandJob job, string masterAddress, int masterPort) =>
        [
            .. Enumerable
                .Range(0, job.InstanceCount * job.ProcessesPerInstance)
                .Select(rank => new ProcessPlace(
                    rank,
                    job.InstanceCount * job.ProcessesPerInstance,
                    rank % job.ProcessesPerInstance,
                    rank / job.ProcessesPerInstance,
                    masterAddress,
                    masterPort
                )),
        ];

    /// <summary>Returns a TCP port on which nothing listens now, for jobs that share this machine's network.</summary>
    public static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Sets the variables by which the process finds the others, as Azure ML does.</summary>
    public void AddTo(IDictionary<string, string> variables)
    {
        variables["RANK"] = $"{Rank}";
        variables["WORLD_SIZE"] = $"{Size}";
        variables["LOCAL_RANK"] = $"{LocalRank}";
        variables["NODE_RANK"] = variables["AZUREML_CR_NODE_RANK"] = $"{NodeRank}";
        variables["MASTER_ADDR"] = MasterAddress;
        variables["MASTER_PORT"] = $"{MasterPort}";
    }
}
