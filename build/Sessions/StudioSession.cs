using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.LocalRuntime;
using Build.Log;
using Cake.Core;
using Experiments.Plans;

namespace Build.Sessions;

/// <summary>Shows jobs in the studio: those of the emulator on its own page, fetched ones by a server that ends with this run.</summary>
public sealed class StudioSession(CommandArguments arguments, EmulatorSession emulators, PlanStore plans, IProcesses processes)
{
    private const string Row = "Studio";

    /// <summary>Prints the address. With fetched artifacts it returns once the server has ended.</summary>
    public async Task RunAsync(BuildContext context)
    {
        var job = arguments.Get(StudioArguments.Job);
        if (job is null)
        {
            context.Report(Row, await AddressAsync(context));
            return;
        }

        var folder = arguments.GetPath(StudioArguments.Job)!;
        if (Directory.Exists(folder))
        {
            await ServeAsync(context, folder);
            return;
        }

        var fetched = Path.Combine(context.ArtifactsFolder, job);
        if (!JobName.IsValid(job))
            throw new CakeException($"--job is \"{job}\"; it must be the name of a job or an existing folder.");
        if (Directory.Exists(Path.Combine(StateFolder(context), "jobs", job)))
            context.Report(Row, $"{await AddressAsync(context)}#/jobs/{job}");
        else if (Directory.Exists(fetched))
            await ServeAsync(context, fetched);
        else
            throw new CakeException($"Job '{job}' is neither on the emulator nor in {fetched}; fetch it: --target=Fetch --job={job}");
    }

    private async Task<string> AddressAsync(BuildContext context)
    {
        var running = await emulators.FindAsync(context);
        if (running is null)
        {
            var address = WorkspaceAddress.Of(plans.ReadConfiguration(context).Environment);
            if (address.Endpoint is null)
            {
                throw new CakeException(
                    "The experiment's workspace is not emulated; fetch a job, and show it: --target=Studio --job=FOLDER"
                );
            }

            running = await emulators.StartAsync(context, address, jobs: null);
        }

        var file = Path.Combine(StateFolder(context), "studio-token");
        if (!File.Exists(file))
            throw new CakeException("The emulator that runs has no studio, as it was built before; stop it: --target=Stop-Emulator");
        var token = await File.ReadAllTextAsync(file, context.Cancellation);
        return new Uri(running.Endpoint, $"studio?token={token.Trim()}").AbsoluteUri;
    }

    private async Task ServeAsync(BuildContext context, string folder)
    {
        var data = arguments.GetPath(StudioArguments.Data);
        string[] dataset = data is null ? [] : ["--data", data];
        try
        {
            await processes.RunCheckedAsync(
                new("dotnet", [EmulatorAssembly.Find(), "--studio", folder, .. dataset], context.Root),
                context.Cancellation
            );
        }
        catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
        {
            // Ctrl-C is how it is meant to end.
        }
    }

    private static string StateFolder(BuildContext context) => Path.Combine(context.LocalFolder, "emulator");
}
