using Studio.Folder;
using WorkspaceEmulator.Hosting;
using WorkspaceEmulator.Processes;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator;

/// <summary>
/// Starts the emulator. Exit codes: 0 stopped in order, 1 could not start, 2 wrong arguments, 3 the state folder is in use.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is ["--print-operations"])
        {
            Console.Out.Write(OperationsTable.Create());
            return 0;
        }

        if (args is ["--studio", var artifacts, .. var rest])
            return await ShowAsync(artifacts, rest);

        if (!OperatingSystem.IsLinux())
        {
            await Console.Error.WriteLineAsync("The emulator needs Linux (setsid, /proc); on Windows use WSL.");
            return 1;
        }

        if ((OpenFiles.Fault() ?? OwnEnvironment.Reduce()) is { } reason)
        {
            await Console.Error.WriteLineAsync(reason);
            return 1;
        }

        Subreaper.Enable();
        var parsed = EmulatorOptions.Parse(args);
        if (parsed.Options is not { } options)
        {
            foreach (var fault in parsed.Faults)
                await Console.Error.WriteLineAsync(fault);
            await Console.Error.WriteLineAsync(EmulatorOptions.Usage);
            return 2;
        }

        if (options.RecordFile is null && Environment.GetEnvironmentVariable(EmulatorOptions.RecordVariable) is { Length: > 0 } file)
            options = options with { RecordFile = Path.GetFullPath(file) };
        try
        {
            await using var emulator = await EmulatorHost.StartAsync(options, TimeProvider.System);
            await Console.Out.WriteLineAsync($"Listening on {emulator.Endpoint}; state in {options.StateFolder}.");
            await emulator.WaitForShutdownAsync();
            return 0;
        }
        catch (StateFolderInUseException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 3;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
    }

    // --studio FOLDER [--data FOLDER]: no emulator, only its page over fetched artifacts.
    private static async Task<int> ShowAsync(string artifacts, string[] rest)
    {
        var data = rest is ["--data", var given] ? Path.GetFullPath(given) : null;
        if (!Directory.Exists(artifacts) || (rest.Length > 0 && data is null))
        {
            await Console.Error.WriteLineAsync(
                "--studio must be followed by a folder of artifacts, and --data by the folder of the dataset."
            );
            return 2;
        }

        await using var host = await FolderHost.StartAsync(new FolderStore(Path.GetFullPath(artifacts), data), TimeProvider.System);
        await Console.Out.WriteLineAsync($"The studio is at {host.Address} until Ctrl-C.");
        await host.WaitForShutdownAsync();
        return 0;
    }
}
