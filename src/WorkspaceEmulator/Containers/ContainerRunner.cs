using WorkspaceEmulator.Engines;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Containers;

/// <summary>Runs a job's command in a container of its environment's image.</summary>
internal sealed class ContainerRunner(
    ContainerSettings settings,
    StateFolder state,
    EmulatorAddress address,
    RegistryCredentials credentials,
    ContainerLeftovers leftovers,
    ContainerGateway gateway
) : IJobRunner, IDisposable
{
    private const string CertificateCopy = "emulator.crt";
    private const int NotExecutable = 126;
    private const int NotFound = 127;
    private const int Killed = 137; // 128 plus KILL.

    /// <summary>Longest wait for the end of the log after the container has ended.</summary>
    private static readonly TimeSpan LogLimit = TimeSpan.FromSeconds(10);

    private readonly DockerEngine engine = new(settings.DockerHost);

    public void Dispose() => engine.Dispose();

    public async Task<CommandResult> RunAsync(JobAttempt job, IJobProgress progress, CancellationToken stop)
    {
        if (ImageOf(job) is not { } image)
        {
            return CommandResult.Failed(
                "The job's environment names no image, and the emulator builds none; register a version of it that has an image."
            );
        }

        try
        {
            await new ImageSource(engine, credentials).EnsureAsync(image, job.Run.LogSystem, stop);
            var reached = await gateway.OpenAsync(engine, stop);
            var paths = ContainerPaths.Of(job, CopyCertificate(job.Run));
            // What the emulator stores is its own alone, so that the job must own what it reads there, too.
            await ContainerUser.ChangeOwnerAsync(
                paths
                    .Mounts.Where(mount => !mount.IsReadOnly || mount.Source.StartsWith(state.Root + "/", StringComparison.Ordinal))
                    .Select(mount => mount.Source)
            );
            leftovers.Remember(engine.Host);
            var specification = ContainerSpecification.Create(job, image, paths, settings, state, reached);
            // Called without cancellation: a container that was created and whose id is unknown would remain.
            var container = await engine.CreateContainerAsync(specification, CancellationToken.None);
            try
            {
                return await RunAsync(job, image, container, progress, stop);
            }
            finally
            {
                await RemoveAsync(job.Run, container);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return CommandResult.Stopped;
        }
        catch (ImageException error)
        {
            return CommandResult.Failed(error.Message);
        }
        catch (EngineException error)
        {
            return CommandResult.Failed(error.Message, "SystemError");
        }
    }

    private async Task<CommandResult> RunAsync(
        JobAttempt job,
        ImageReference image,
        string container,
        IJobProgress progress,
        CancellationToken stop
    )
    {
        if (stop.IsCancellationRequested)
            return CommandResult.Stopped;
        var run = job.Run;
        await engine.StartAsync(container, CancellationToken.None);
        progress.Started();
        run.LogSystem($"Container {container[..12]} runs the command in image {image} as user {ContainerUser.Name}.");
        using var logEnd = new CancellationTokenSource();
        var log = CopyLogAsync(job, container, job.Log, follow: true, logEnd.Token);
        try
        {
            await engine.WaitAsync(container, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await engine.StopAsync(container, progress.Grace);
            return CommandResult.Stopped;
        }
        finally
        {
            logEnd.CancelAfter(LogLimit);
            await log;
            // An engine may end the stream that follows a log before its last lines, when the container has just ended.
            using var rest = new RestOfLog(job.Log, job.Log.Length);
            using var limit = new CancellationTokenSource(LogLimit);
            await CopyLogAsync(job, container, rest, follow: false, limit.Token);
        }

        progress.Ended();
        return Explain(await engine.GetEndAsync(container, CancellationToken.None), image, job);
    }

    // The certificate itself belongs to the emulator alone.
    private string CopyCertificate(Run run)
    {
        run.Files.WriteText(CertificateCopy, File.ReadAllText(address.Certificate));
        return run.Files.PathOf(CertificateCopy);
    }

    private CommandResult Explain(ContainerEnd end, ImageReference image, JobAttempt job)
    {
        if (end.ExitCode == 0)
            return CommandResult.Success;
        if (end.IsOutOfMemory)
        {
            return CommandResult.Failed(
                settings.JobMemory is { } limit
                    ? $"The job ran out of memory and was killed (exit code {end.ExitCode}): it may use {ByteSize.Format(limit)} "
                        + "(--job-memory of the emulator). Raise that, or make the job need less, a smaller batch for example."
                : ContainerSpecification.MemoryOf(job, settings) is { } memory
                    ? $"The job, or this machine, ran out of memory and the job was killed (exit code {end.ExitCode}): it may use "
                        + $"{ByteSize.Format(memory)}, the memory of its VM size. Choose a larger size, start the emulator with "
                        + $"--job-memory, "
                        + "or make the job need less, a smaller batch for example."
                : $"This machine ran out of memory and the job was killed (exit code {end.ExitCode}). End other programs, or make the "
                    + "job need less, a smaller batch for example."
            );
        }

        return CommandResult.Failed(
            end.ExitCode switch
            {
                NotFound =>
                    $"A command was not found in image {image} (exit code 127); the log user_logs/std_log.txt names it. Correct the job's "
                        + "command, or add the program to the image.",
                NotExecutable =>
                    $"A command in image {image} could not be executed (exit code 126); the log user_logs/std_log.txt names it. Correct "
                        + "the job's command or the program's mode in the image.",
                Killed => "The command was killed (exit code 137), as by the kernel when a machine runs out of memory. The log "
                    + "user_logs/std_log.txt may say more.",
                _ when end.Error.Length > 0 => $"The container could not run (exit code {end.ExitCode}): {end.Error}",
                _ => $"The command exited with code {end.ExitCode}. The log user_logs/std_log.txt says more.",
            }
        );
    }

    // A log error does not end a job; the missing end of the log is noted.
    private async Task CopyLogAsync(JobAttempt job, string container, Stream log, bool follow, CancellationToken cancellationToken)
    {
        try
        {
            await engine.CopyLogAsync(container, log, follow, cancellationToken);
        }
        catch (EngineException error)
        {
            job.Run.LogSystem($"The end of the log is missing: {error.Message}");
        }
        catch (OperationCanceledException)
        {
            job.Run.LogSystem($"The end of the log is missing: the engine did not hand it over within {LogLimit.TotalSeconds} s.");
        }
    }

    private async Task RemoveAsync(Run run, string container)
    {
        try
        {
            await engine.RemoveAsync(container);
        }
        catch (EngineException error)
        {
            run.LogSystem($"Container {container[..12]} remains: {error.Message} The next start of the emulator removes it.");
        }
    }

    private static ImageReference? ImageOf(JobAttempt job) =>
        job.Workspace.EnvironmentVersions.Find(job.Definition.Environment)?.Body.Text("image") is { Length: > 0 } image
            ? ImageReference.Parse(image)
            : null;
}
