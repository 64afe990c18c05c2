using Docker.DotNet.Models;
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
    // start: the engine reads two streams through two pipes, and their lines would change order.
    private const string Launcher =
        "exec 2>&1; [ -x /bin/bash ] && exec /bin/bash -c \"$0\"; echo 'The image has no /bin/bash; /bin/sh runs the command.'; exec "
        + "/bin/sh -c \"$0\"";

    public static CreateContainerParameters Create(
        JobAttempt job,
        ImageReference image,
        ContainerPaths container,
        ContainerSettings settings,
        StateFolder state,
        Uri endpoint
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
        var variables = JobEnvironment.Create(job, paths, machine, endpoint);
        variables["TINI_KILL_PROCESS_GROUP"] = "1"; // TERM then also reaches what the shell started.

        return new()
        {
            Image = image.ToString(),
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
                NetworkMode = "host", // The emulator listens on loopback only.
                Init = true, // Process 1 of a container ignores TERM unless it handles it; an init process forwards it.
                ShmSize = job.Definition.SharedMemory,
                LogConfig = new() { Type = "json-file" }, // Whatever the engine's default is, this one can be read back.
                SecurityOpt = ["no-new-privileges"],
                Memory = settings.JobMemory ?? 0,
                MemorySwap = settings.JobMemory ?? 0, // The same value: no swap.
            },
        };
    }
}
