using System.Text.Json.Nodes;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Hosting;

/// <summary>Writes the file that tells clients where the emulator listens, and deletes it as soon as the emulator begins to stop.</summary>
internal sealed class EndpointFile(StateFolder folder, EmulatorAddress address, EmulatorOptions options, TimeProvider time)
    : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var json = new JsonObject
        {
            ["endpoint"] = address.Endpoint.AbsoluteUri,
            ["processId"] = Environment.ProcessId,
            ["startedAt"] = time.GetUtcNow().UtcDateTime.ToString("O"),
            ["certificate"] = folder.Certificate,
            ["tokenFile"] = folder.Token,
            ["build"] = EmulatorBuild.Id,
            ["runtime"] = options.Runtime == JobRuntime.Docker ? "docker" : "process",
        };
        StateFile.Write(folder.EndpointFile, json.ToJsonString(ResourceFolder.FileFormat));
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        File.Delete(folder.EndpointFile);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
