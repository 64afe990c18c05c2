using Docker.DotNet.Models;
using WorkspaceEmulator.Engines;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Containers;

/// <summary>Creates the request for a job's container.</summary>
internal static class ContainerSpecification
{
    /// <summary>Names the job that a container runs.</summary>
    public const string JobLabel = "io.model-training.job";

    /// <summary>Names the state folder of the emulator that created a container.</summary>
    public const string StateLabel = "io.model-training.state";

    // $0 is the command. Azure ML runs commands with bash; an image without it can still run most of them. Both streams are one from the
    // start: the engine reads two streams through two pipes, and their lines would change order. The launcher outlives TERM until every
    // other process has ended: the container ends with the launcher, and a shell between it and the trainer ends at once. What a shell
    // says about the end of its child is not the job's.
    private const string Launcher =
        "exec 2>/dev/null; told=; trap told=1 TERM; (exec 2>&1; [ -x /bin/bash ] && exec /bin/bash -c \"$0\"; "
        + "echo 'The image has no /bin/bash; /bin/sh runs the command.'; exec /bin/sh -c \"$0\"); code=$?; "
        + "while [ \"$told\" ] && kill -0 -1; do sleep 0.1 || sleep 1 || break; done; exit $code";

    /// <summary>
    /// Most processes and threads of a job: more than data loaders on a large node need, and few enough to leave the machine some.
    /// </summary>
    public const int MostProcesses = 4096;

    /// <summary>Returns the most bytes of memory that a job may use; null when its cluster does not exist any more.</summary>
    public static long? MemoryOf(JobAttempt job, ContainerSettings settings) =>
        settings.JobMemory
        ?? (
            job.Workspace.Clusters.GetValueOrDefault(job.Definition.ComputeName) is { } cluster
                ? (long)(cluster.Settings.Size.MemoryGigabytes * (1L << 30))
                : null
        );

    public static CreateContainerParameters Create(
        JobAttempt job,
        ImageReference image,
        ContainerPaths container,
        ContainerSettings settings,
        StateFolder state,
        ContainerAddress address,
        ProcessPlace? place = null
    )
    {
        var paths = container.Paths;
        // HOME must be a folder that the user may write, for caches of models and plots. The image has no user of that number, so programs
        // that need a user name, such as Python's getpass, take it from USER.
        var machine = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = "/tmp",
            ["LANG"] = "C.UTF-8",
            ["USER"] = "job",
        };
        var variables = JobEnvironment.Create(job, paths, machine, address.Endpoint, place);
        variables["TINI_KILL_PROCESS_GROUP"] = "1"; // TERM then also reaches what the shell started.

        return new()
        {
            Image = image.ToString(),
            Hostname = place is null || address.IsHost ? "" : ContainerNetwork.HostOf(place.Rank),
            NetworkingConfig = place is null || address.IsHost ? null : InNetwork(address.Network, ContainerNetwork.HostOf(place.Rank)),
            Entrypoint = ["/bin/sh", "-c", Launcher, paths.Mounts.Fill(job.Definition.Command)],
            Cmd = [],
            User = ContainerUser.Name,
            WorkingDir = paths.WorkingFolder,
            Env = [.. variables.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")],
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [JobLabel] = job.Run.Name, [StateLabel] = state.Root },
            HostConfig = new()
            {
                Mounts =
                [
                    .. container.Mounts.Select(mount => new Mount
                    {
                        Type = "bind",
                        Source = mount.Source,
                        Target = mount.Target,
                        ReadOnly = mount.IsReadOnly,
                    }),
                ],
                NetworkMode = address.Network,
                ExtraHosts = [.. address.Hosts],
                Init = true, // Process 1 of a container ignores TERM unless it handles it; an init process forwards it.
                ShmSize = job.Definition.SharedMemory,
                LogConfig = new() { Type = "json-file" }, // Whatever the engine's default is, this one can be read back.
                SecurityOpt = ["no-new-privileges"],
                CapDrop = ["ALL"],
                PidsLimit = MostProcesses,
                Memory = MemoryOf(job, settings) ?? 0,
                MemorySwap = MemoryOf(job, settings) ?? 0, // The same value: no swap.
            },
        };
    }

    private static NetworkingConfig InNetwork(string network, string host) =>
        new()
        {
            EndpointsConfig = new Dictionary<string, EndpointSettings>(StringComparer.Ordinal) { [network] = new() { Aliases = [host] } },
        };
}
