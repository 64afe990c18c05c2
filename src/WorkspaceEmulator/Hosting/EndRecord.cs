using System.Text.Json.Nodes;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Hosting;

/// <summary>
/// Writes the file that says how the emulator ended and which jobs ended with it, so that whoever follows a job learns it. An emulator that
/// ended unexpectedly leaves its endpoint file, whose process does not exist any more, and no such record.
/// </summary>
internal sealed class EndRecord(StateFolder folder, JobScheduler scheduler, TimeProvider time) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        File.Delete(folder.LastEnd);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        Write(isStopped: false);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        Write(isStopped: true);
        return Task.CompletedTask;
    }

    private void Write(bool isStopped)
    {
        var json = new JsonObject
        {
            ["processId"] = Environment.ProcessId,
            ["state"] = isStopped ? "stopped" : "stopping",
            ["at"] = time.GetUtcNow().UtcDateTime.ToString("O"),
            ["endedJobs"] = scheduler
                .EndedByStop.Select(run =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["id"] = run.ArmId,
                            ["name"] = run.Name,
                            ["status"] = run.Status.ToString(),
                        }
                )
                .ToJsonArray(),
            ["waitingJobs"] = scheduler
                .Waiting.Select(run => (JsonNode)new JsonObject { ["id"] = run.ArmId, ["name"] = run.Name })
                .ToJsonArray(),
        };
        folder.Pending.Write(this, () => StateFile.Write(folder.LastEnd, json.ToJsonString(ResourceFolder.FileFormat)));
    }
}
