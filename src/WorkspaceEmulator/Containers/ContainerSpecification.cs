using Docker.DotNet.Models;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Containers;

/// <summary>The body of the request that makes a job's container.</summary>
internal static class ContainerSpecification
{
    /// <summary>Names the job a container runs.</summary>
    public const string JobLabel = "io.model-training.job";

    /// <summary>Names the state folder of the emulator that made a container.</summary>
    public const string StateLabel = "io.model-training.state";

    // $0 is the command. Azure ML runs commands by bash; an image without it can still run most of them. Both streams are one from the
    // start: the engine reads two streams by two pipes, and their lines would change paths.
    private const string Launcher =
        "exec 2>&1; [ -x /bin/bash ] && exec /bin/bash -c \"$0\"; echo 'The image has no /bin/bash; /bin/sh runs the command.'; exec /bin/sh -c \"$0\"";

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
        // HOME must be a folder the user may write: caches of models and plots go there. The image knows no user of that number, so
        // programs that ask for its name, as Python's getpass does, find it here.
        var machine = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = "/tmp",
            ["LANG"] = "C.UTF-8",
            ["USER"] = "job",
        };
        var variables = JobEnvironment.Create(job, paths, machine, endpoint);
        variables["TINI_KILL_PROCESS_GROUP"] = "1"; // TERM then reaches what the shell started, not the shell alone.

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
                Init = true, // Process 1 of a container gets no TERM unless it asks for it; an init passes it on.
                ShmSize = job.Definition.SharedMemory,
                LogConfig = new() { Type = "json-file" }, // Whatever the engine's default is: this one can be read back.
                SecurityOpt = ["no-new-privileges"],
                Memory = settings.JobMemory ?? 0,
                MemorySwap = settings.JobMemory ?? 0, // The same: no swap.
            },
        };
    }
}
