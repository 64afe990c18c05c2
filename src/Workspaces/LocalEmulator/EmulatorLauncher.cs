using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.LocalEmulator;

/// <summary>
/// Finds, starts, updates and stops the workspace emulator on this machine. The emulator outlives the process that starts it.
/// </summary>
/// <param name="timeProvider">Clock and timers; null: the system's.</param>
public sealed class EmulatorLauncher(TimeProvider? timeProvider = null)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);

    private readonly TimeProvider time = timeProvider ?? TimeProvider.System;

    /// <summary>Finds the emulator of a state folder.</summary>
    /// <returns>Its state; null when none listens.</returns>
    public async Task<EmulatorState?> FindAsync(string stateFolder, CancellationToken cancellationToken) =>
        await ConnectAsync(stateFolder, cancellationToken) is { } found
            ? new EmulatorState(
                found.Describe(EmulatorStart.Reused, null),
                found.Status.ActiveJobs,
                found.Status.IdleTime,
                found.Status.Recording
            )
            : null;

    /// <summary>
    /// Ensures that an emulator listens: the running one or a new one. An emulator of another build than the assembly on disk, or with
    /// another runtime, is restarted when no job is active, and kept with a notice while one is. Concurrent callers get one emulator.
    /// </summary>
    /// <exception cref="WorkspaceException">
    /// The emulator exited before it listened (with the end of its log), did not listen in time, or cannot be stopped; or the fault script
    /// cannot be used.
    /// </exception>
    public async Task<RunningEmulator> EnsureRunningAsync(EmulatorSettings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var script = settings.FaultScriptFile is { } path ? await ReadFaultScriptAsync(path, cancellationToken) : null;
        Directory.CreateDirectory(settings.StateFolder);
        await using var startLock = await LockAsync(settings, cancellationToken);

        var start = EmulatorStart.Reused;
        string? note = null;
        var found = await ConnectAsync(settings.StateFolder, cancellationToken);
        var isOld = found is not null && !IsCurrent(found.Status.Build, settings.AssemblyPath);
        if (found is not null && (isOld || found.Description.Runtime != settings.Runtime))
        {
            if (found.Status.ActiveJobs > 0)
            {
                note =
                    $"The emulator (process {found.Description.ProcessId}) "
                    + $"{(isOld ? "runs an older build" : $"runs jobs by {found.Description.Runtime}")} and was kept because "
                    + $"of {Count(found.Status.ActiveJobs)}. It is replaced once no job is active.";
            }
            else
            {
                await StopAsync(found, cancellationToken);
                found = null;
                start = EmulatorStart.Restarted;
            }
        }

        if (found is null)
        {
            start = start == EmulatorStart.Restarted ? start : EmulatorStart.Started;
            found = await StartAsync(settings, cancellationToken);
        }

        var faultRules = await ServiceErrors.GuardAsync(
            async () =>
            {
                foreach (var workspace in settings.Workspaces)
                    await found.Admin.EnsureWorkspaceAsync(workspace, found.Status, cancellationToken);

                if (settings.RecordingFile is { } file)
                    await found.Admin.RecordAsync(Path.GetFullPath(file), cancellationToken);

                return script is null
                    ? found.Status.FaultRules
                    : await found.Admin.SetFaultsAsync(script, settings.FaultScriptFile!, cancellationToken);
            },
            cancellationToken
        );
        return found.Describe(start, note) with { FaultRules = faultRules };
    }

    /// <summary>
    /// Stops the emulator of a state folder: requests its exit, waits, then signals its process. It ends its jobs and keeps its state.
    /// </summary>
    /// <returns>False when none was running.</returns>
    /// <exception cref="WorkspaceException">The process still runs after that.</exception>
    public async Task<bool> StopAsync(string stateFolder, CancellationToken cancellationToken) =>
        await EndAsync(stateFolder, cancellationToken) is not null;

    /// <summary>As <see cref="StopAsync(string, CancellationToken)"/>.</summary>
    /// <returns>The jobs that ended with it and those that it kept; null when none was running.</returns>
    /// <exception cref="WorkspaceException">The process still runs after that.</exception>
    public async Task<StoppedEmulator?> EndAsync(string stateFolder, CancellationToken cancellationToken)
    {
        if (await ConnectAsync(stateFolder, cancellationToken) is { } found)
            return await StopAsync(found, cancellationToken);

        // Its process runs but does not respond.
        if (
            EmulatorDescription.Find(stateFolder) is { } description
            && EmulatorProcess.IsAlive(description.ProcessId, description.StartedAt)
        )
        {
            await SignalAsync(description, cancellationToken);
            return new([], []);
        }

        return null;
    }

    /// <summary>Starts or stops recording the emulator's traffic.</summary>
    /// <param name="stateFolder">State folder of the emulator.</param>
    /// <param name="file">File that the emulator creates or appends to; null stops recording.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="WorkspaceException">No emulator runs there, or it refused.</exception>
    public async Task RecordAsync(string stateFolder, string? file, CancellationToken cancellationToken)
    {
        var found = await ConnectAsync(stateFolder, cancellationToken)
            ?? throw new WorkspaceException($"No emulator runs in {stateFolder}; one must run before its traffic can be recorded.");
        await ServiceErrors.GuardAsync(
            async () =>
            {
                await found.Admin.RecordAsync(file is null ? null : Path.GetFullPath(file), cancellationToken);
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>Reads the module version id, by which the compiler identifies a build of an assembly.</summary>
    /// <returns>The id; null when the file is missing or not an assembly.</returns>
    internal static Guid? ReadBuild(string assemblyPath)
    {
        try
        {
            using var file = new PEReader(File.OpenRead(assemblyPath));
            var metadata = file.GetMetadataReader();
            return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
        }
        catch (Exception error) when (error is IOException or BadImageFormatException or InvalidOperationException)
        {
            return null;
        }
    }

    // An unreadable assembly, for example during a build, is no reason to restart.
    private static bool IsCurrent(string build, string assemblyPath) =>
        ReadBuild(assemblyPath) is not { } current || (Guid.TryParse(build, out var running) && running == current);

    private static async Task<byte[]> ReadFaultScriptAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(file, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkspaceException(
                $"The fault script is {file}; it must be a file that can be read ({error.Message}). Correct --faults."
            );
        }
    }

    private static string Count(int jobs) => jobs == 1 ? "1 active job" : $"{jobs} active jobs";

    private async Task<FoundEmulator?> ConnectAsync(string stateFolder, CancellationToken cancellationToken)
    {
        if (
            EmulatorDescription.Find(stateFolder) is not { } description
            || !EmulatorProcess.IsAlive(description.ProcessId, description.StartedAt)
            || description.FindThumbprint() is not { } thumbprint
        )
        {
            return null;
        }

        var credential = new TokenFileCredential(description.TokenFile, time);
        var admin = new EmulatorAdmin(description.Endpoint, thumbprint, credential);
        try
        {
            return new FoundEmulator(description, thumbprint, credential, admin, await admin.GetStatusAsync(cancellationToken));
        }
        catch (Exception error) when (error is WorkspaceException || ServiceErrors.Describe(error, cancellationToken) is not null)
        {
            return null; // it is starting or stopping, or another program has its port
        }
    }

    private async Task<FoundEmulator> StartAsync(EmulatorSettings settings, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var process = EmulatorProcess.Start(settings);
        var listens = false;
        try
        {
            while (time.GetElapsedTime(began) < settings.StartTimeout)
            {
                if (await ConnectAsync(settings.StateFolder, cancellationToken) is { } found)
                {
                    listens = true;
                    return found;
                }

                await Task.Delay(Pause, time, cancellationToken);
                if (process.ExitCode == EmulatorProcess.FolderInUse)
                {
                    // Another emulator holds the folder. If it is starting, it will be found. If it is stopping, the next start gets the
                    // folder.
                    await Task.Delay(RetryPause, time, cancellationToken);
                    process.Dispose();
                    process = EmulatorProcess.Start(settings);
                }
                else if (process.ExitCode is { } code)
                {
                    throw new WorkspaceException(
                        $"The workspace emulator exited with code {code} before it listened. The end of "
                            + $"{settings.StateFolder}/emulator.log:\n{process.ReadLogTail()}"
                    );
                }
            }

            throw new WorkspaceException(
                $"The workspace emulator did not listen within {settings.StartTimeout.TotalSeconds:0.#} s. The end of "
                    + $"{settings.StateFolder}/emulator.log:\n{process.ReadLogTail()}"
            );
        }
        finally
        {
            if (!listens)
                process.Kill();

            process.Dispose();
        }
    }

    private async Task<StoppedEmulator> StopAsync(FoundEmulator found, CancellationToken cancellationToken)
    {
        var stopped = new StoppedEmulator([], []);
        try
        {
            stopped = await found.Admin.ShutDownAsync(cancellationToken);
        }
        catch (Exception error) when (ServiceErrors.Describe(error, cancellationToken) is not null)
        {
            EmulatorProcess.RequestExit(found.Description.ProcessId); // it did not respond: the signal requests the same
        }

        if (!await WaitForEndAsync(found.Description, cancellationToken))
            await SignalAsync(found.Description, cancellationToken);
        return stopped;
    }

    private async Task SignalAsync(EmulatorDescription description, CancellationToken cancellationToken)
    {
        EmulatorProcess.RequestExit(description.ProcessId);
        if (!await WaitForEndAsync(description, cancellationToken))
        {
            throw new WorkspaceException(
                $"The workspace emulator (process {description.ProcessId}) does not exit; it must exit before a new one starts: "
                    + $"`kill -9 {description.ProcessId}`."
            );
        }
    }

    private async Task<bool> WaitForEndAsync(EmulatorDescription description, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (EmulatorProcess.IsAlive(description.ProcessId, description.StartedAt))
        {
            if (time.GetElapsedTime(began) > StopTimeout)
                return false;

            await Task.Delay(Pause, time, cancellationToken);
        }

        return true;
    }

    /// <summary>
    /// Locks a file, so that one of several callers starts the emulator and the others find it. The lock ends with the process.
    /// </summary>
    private async Task<FileStream> LockAsync(EmulatorSettings settings, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var path = Path.Combine(settings.StateFolder, "start.lock");
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (time.GetElapsedTime(began) < settings.StartTimeout + StopTimeout)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
            catch (IOException error)
            {
                throw new WorkspaceException(
                    $"{path} is locked by another process that starts the emulator ({error.Message}); end it and run again."
                );
            }
        }
    }

    private sealed record FoundEmulator(
        EmulatorDescription Description,
        string Thumbprint,
        TokenFileCredential Credential,
        EmulatorAdmin Admin,
        EmulatorStatus Status
    )
    {
        public RunningEmulator Describe(EmulatorStart start, string? note) =>
            new(Description.Endpoint, Thumbprint, Credential, Description.ProcessId, start, note)
            {
                Runtime = Description.Runtime,
                IsAlive = () => EmulatorProcess.IsAlive(Description.ProcessId, Description.StartedAt),
            };
    }
}
