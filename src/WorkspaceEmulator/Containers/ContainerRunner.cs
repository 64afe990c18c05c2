using WorkspaceEmulator.Assets;
using WorkspaceEmulator.Containers.Images;
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
        if (job.Workspace.EnvironmentVersions.Find(job.Definition.Environment)?.Body is not { } environment)
        {
            return CommandResult.Failed(
                $"Environment '{job.Definition.Environment}' was deleted; register a version of it and submit the job again."
            );
        }

        try
        {
            var buildNetwork = settings.Network == JobNetwork.Host ? ContainerAddress.HostNetwork : null;
            var image = EnvironmentBuild.Of(environment) is { } build
                ? await new ImageBuild(engine, credentials, buildNetwork).EnsureAsync(job, build, stop)
                : ImageReference.Parse(environment.Text("image") ?? "");
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
            if (!job.Definition.IsDistributed)
                return await RunInAsync(job, image, paths, reached, [null], progress, stop);
            await using var network = await ContainerNetwork.CreateAsync(engine, gateway, job, state, reached);
            return await RunInAsync(job, image, paths, network.Address, network.Places(job), progress, stop);
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

    private async Task<CommandResult> RunInAsync(
        JobAttempt job,
        ImageReference image,
        ContainerPaths paths,
        ContainerAddress reached,
        IReadOnlyList<ProcessPlace?> places,
        IJobProgress progress,
        CancellationToken stop
    )
    {
        var created = new List<RankContainer>();
        try
        {
            foreach (var place in places)
            {
                var specification = ContainerSpecification.Create(job, image, paths, settings, state, reached, place);
                // Not canceled: a container that was created and whose id is unknown would remain.
                var id = await engine.CreateContainerAsync(specification, CancellationToken.None);
                created.Add(new(id, place, place is { Rank: > 0 } ? job.Run.Files.OpenAppend(Run.LogOfProcess(place.Rank)) : job.Log));
            }

            return await RunAsync(job, image, created, progress, stop);
        }
        finally
        {
            foreach (var container in created)
            {
                await RemoveAsync(job.Run, container.Id);
                if (container.Log != job.Log)
                    await container.Log.DisposeAsync();
            }
        }
    }

    private async Task<CommandResult> RunAsync(
        JobAttempt job,
        ImageReference image,
        IReadOnlyList<RankContainer> containers,
        IJobProgress progress,
        CancellationToken stop
    )
    {
        if (stop.IsCancellationRequested)
            return CommandResult.Stopped;
        var run = job.Run;
        foreach (var container in containers)
            await engine.StartAsync(container.Id, CancellationToken.None);
        progress.Started();
        foreach (var container in containers)
        {
            var what = container.Place is { } place ? $"process {place.Rank} of {place.Size}" : "the command";
            run.LogSystem($"Container {container.Id[..12]} runs {what} in image {image} as user {ContainerUser.Name}.");
        }

        using var logEnd = new CancellationTokenSource();
        var logs = containers.Select(container => CopyLogAsync(job, container.Id, container.Log, follow: true, logEnd.Token)).ToList();
        (RankContainer Container, ContainerEnd End)? failed;
        try
        {
            failed = await FindFailedAsync(containers, stop);
            if (failed is not null && containers.Count > 1)
                await Task.WhenAll(containers.Select(container => engine.StopAsync(container.Id, progress.Grace)));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Task.WhenAll(containers.Select(container => engine.StopAsync(container.Id, progress.Grace)));
            return CommandResult.Stopped;
        }
        finally
        {
            logEnd.CancelAfter(LogLimit);
            await Task.WhenAll(logs);
            // An engine may end the stream that follows a log before its last lines, when the container has just ended.
            foreach (var container in containers)
            {
                using var rest = new RestOfLog(container.Log, container.Log.Length - container.Before);
                using var limit = new CancellationTokenSource(LogLimit);
                await CopyLogAsync(job, container.Id, rest, follow: false, limit.Token);
            }
        }

        progress.Ended();
        return failed is { } first ? Explain(first.End, image, job, first.Container) : CommandResult.Success;
    }

    /// <summary>Waits for the first container that fails; returns null when all have succeeded.</summary>
    private async Task<(RankContainer Container, ContainerEnd End)?> FindFailedAsync(
        IReadOnlyList<RankContainer> containers,
        CancellationToken stop
    )
    {
        var waiting = containers.ToDictionary(container => engine.WaitAsync(container.Id, stop));
        while (waiting.Count > 0)
        {
            var ended = await Task.WhenAny(waiting.Keys);
            await ended;
            waiting.Remove(ended, out var container);
            if (await engine.GetEndAsync(container!.Id, CancellationToken.None) is { ExitCode: not 0 } end)
                return (container, end);
        }

        return null;
    }

    // The certificate itself belongs to the emulator alone.
    private string CopyCertificate(Run run)
    {
        run.Files.WriteText(CertificateCopy, File.ReadAllText(address.Certificate));
        return run.Files.PathOf(CertificateCopy);
    }

    private CommandResult Explain(ContainerEnd end, ImageReference image, JobAttempt job, RankContainer container)
    {
        var log = container.Place is { } place ? Run.LogOfProcess(place.Rank) : Run.UserLog;
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
                NotFound => $"A command was not found in image {image} (exit code 127); the log {log} names it. Correct the job's "
                    + "command, or add the program to the image.",
                NotExecutable => $"A command in image {image} could not be executed (exit code 126); the log {log} names it. Correct "
                    + "the job's command or the program's mode in the image.",
                Killed => $"{container.Name} was killed (exit code 137), as by the kernel when a machine runs out of memory. The log "
                    + $"{log} may say more.",
                _ when end.Error.Length > 0 => $"The container could not run (exit code {end.ExitCode}): {end.Error}",
                _ =>
                    $"{container.Name} exited with code {end.ExitCode}{job.Run.LastWords(container.Place?.Rank)}. The log {log} says more.",
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

    /// <summary>The container of one process of a job, or of the only one.</summary>
    private sealed record RankContainer(string Id, ProcessPlace? Place, Stream Log)
    {
        /// <summary>Gets the length of the log before the container wrote to it.</summary>
        public long Before { get; } = Log.Length;

        public string Name => Place is null ? "The command" : $"Process {Place.Rank} of {Place.Size}";
    }
}
