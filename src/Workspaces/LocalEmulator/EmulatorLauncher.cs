using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.LocalEmulator;

/// <summary>The workspace emulator on this machine: found, started, kept current and stopped. It outlives the process that started it.</summary>
/// <param name="timeProvider">Clock and timers; the system's when null.</param>
public sealed class EmulatorLauncher(TimeProvider? timeProvider = null)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);

    private readonly TimeProvider time = timeProvider ?? TimeProvider.System;

    /// <summary>Finds the emulator of a state folder.</summary>
    /// <returns>Its state; null when none listens there.</returns>
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
    /// Sees that an emulator listens: the one that runs, or a new one. One that runs another build than the assembly on disk, or jobs in another way, is started anew
    /// when it has nothing to do, and kept, saying so, while a job runs. Several callers at once end up with one emulator.
    /// </summary>
    /// <exception cref="WorkspaceException">
    /// It ended before it listened (with the end of its log), did not listen in time, or cannot be stopped; or the fault script cannot be read or used.
    /// </exception>
    public async Task<RunningEmulator> EnsureRunningAsync(EmulatorSettings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var script = settings.FaultScriptFile is { } path ? await ReadFaultScriptAsync(path, cancellationToken) : null;
        Directory.CreateDirectory(settings.StateFolder);
        await using var turn = await TakeTurnAsync(settings, cancellationToken);

        var start = EmulatorStart.Reused;
        string? note = null;
        var found = await ConnectAsync(settings.StateFolder, cancellationToken);
        var isOld = found is not null && !IsCurrent(found.Status.Build, settings.AssemblyPath);
        if (found is not null && (isOld || found.Description.Runtime != settings.Runtime))
        {
            if (found.Status.ActiveJobs > 0)
            {
                note =
                    $"The emulator (process {found.Description.ProcessId}) {(isOld ? "runs an older build" : $"runs jobs by {found.Description.Runtime}")} and was kept: {Count(found.Status.ActiveJobs)} there. It is replaced once it has nothing to do.";
            }
            else
            {
                await StopAsync(found, settings.StateFolder, cancellationToken);
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
                {
                    await found.Admin.EnsureWorkspaceAsync(workspace, found.Status, cancellationToken);
                }

                if (settings.RecordingFile is { } file)
                {
                    await found.Admin.RecordAsync(Path.GetFullPath(file), cancellationToken);
                }

                return script is null
                    ? found.Status.FaultRules
                    : await found.Admin.SetFaultsAsync(script, settings.FaultScriptFile!, cancellationToken);
            },
            cancellationToken
        );
        return found.Describe(start, note) with { FaultRules = faultRules };
    }

    /// <summary>Stops the emulator of a state folder: asks it, waits, then signals its process. Its jobs are ended by it; its state stays.</summary>
    /// <returns>False when none ran.</returns>
    /// <exception cref="WorkspaceException">It is still there after that.</exception>
    public async Task<bool> StopAsync(string stateFolder, CancellationToken cancellationToken)
    {
        if (await ConnectAsync(stateFolder, cancellationToken) is { } found)
        {
            await StopAsync(found, stateFolder, cancellationToken);
            return true;
        }

        // It has a process and does not answer.
        if (
            EmulatorDescription.Find(stateFolder) is { } description
            && EmulatorProcess.IsAlive(description.ProcessId, description.StartedAt)
        )
        {
            await SignalAsync(description, cancellationToken);
            return true;
        }

        return false;
    }

    /// <summary>Writes the emulator's traffic to a file from now on, or no longer.</summary>
    /// <param name="stateFolder">Its state folder.</param>
    /// <param name="file">The file, made anew or continued by the emulator; null ends recording.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <exception cref="WorkspaceException">None runs there, or it refused.</exception>
    public async Task RecordAsync(string stateFolder, string? file, CancellationToken cancellationToken)
    {
        var found = await ConnectAsync(stateFolder, cancellationToken)
            ?? throw new WorkspaceException($"No emulator runs for {stateFolder}; one must run for its traffic to be recorded.");
        await ServiceErrors.GuardAsync(
            async () =>
            {
                await found.Admin.RecordAsync(file is null ? null : Path.GetFullPath(file), cancellationToken);
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>Identifies one build of an assembly: the module version id the compiler gave it.</summary>
    /// <returns>The id; null when the file is missing or no assembly.</returns>
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

    // An assembly that cannot be read (it is being built right now, say) is no reason to restart anything.
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

    private static string Count(int jobs) => jobs == 1 ? "a job is active" : $"{jobs} jobs are active";

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
            return null; // on its way up or down, or something else has its port
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
                    // Another one holds the folder: it is on its way up, and will be found, or on its way down, and the next try gets the folder.
                    await Task.Delay(RetryPause, time, cancellationToken);
                    process.Dispose();
                    process = EmulatorProcess.Start(settings);
                }
                else if (process.ExitCode is { } code)
                {
                    throw new WorkspaceException(
                        $"The workspace emulator ended with exit code {code} before it listened. The end of {settings.StateFolder}/emulator.log:\n{process.ReadLogTail()}"
                    );
                }
            }

            throw new WorkspaceException(
                $"The workspace emulator did not listen within {settings.StartTimeout.TotalSeconds:0.#} s. The end of {settings.StateFolder}/emulator.log:\n{process.ReadLogTail()}"
            );
        }
        finally
        {
            if (!listens)
            {
                process.Kill();
            }

            process.Dispose();
        }
    }

    private async Task StopAsync(FoundEmulator found, string stateFolder, CancellationToken cancellationToken)
    {
        try
        {
            await found.Admin.ShutDownAsync(cancellationToken);
        }
        catch (Exception error) when (ServiceErrors.Describe(error, cancellationToken) is not null)
        {
            EmulatorProcess.AskToEnd(found.Description.ProcessId); // it would not listen: the signal asks for the same
        }

        if (!await WaitForEndAsync(found.Description, cancellationToken))
        {
            await SignalAsync(found.Description, cancellationToken);
        }
    }

    private async Task SignalAsync(EmulatorDescription description, CancellationToken cancellationToken)
    {
        EmulatorProcess.AskToEnd(description.ProcessId);
        if (!await WaitForEndAsync(description, cancellationToken))
        {
            throw new WorkspaceException(
                $"The workspace emulator (process {description.ProcessId}) does not end; end it with `kill -9 {description.ProcessId}`."
            );
        }
    }

    private async Task<bool> WaitForEndAsync(EmulatorDescription description, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (EmulatorProcess.IsAlive(description.ProcessId, description.StartedAt))
        {
            if (time.GetElapsedTime(began) > StopTimeout)
            {
                return false;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }

        return true;
    }

    /// <summary>Holds a lock file, so that of several starters one starts and the others find what it started. It goes with the process.</summary>
    private async Task<FileStream> TakeTurnAsync(EmulatorSettings settings, CancellationToken cancellationToken)
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
                    $"{path} is held by another process that starts the emulator ({error.Message}); end it and run again."
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
            new(Description.Endpoint, Thumbprint, Credential, Description.ProcessId, start, note) { Runtime = Description.Runtime };
    }
}
