using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Runs;

namespace WorkspaceEmulator.Processes;

/// <summary>Represents one process of a job, or the only one.</summary>
/// <param name="process">The running process.</param>
/// <param name="place">Its place among the processes of the job; null for the only one.</param>
/// <param name="log">Receives what it writes.</param>
internal sealed class RankProcess(JobProcess process, ProcessPlace? place, Stream log) : IAsyncDisposable
{
    public JobProcess Process => process;

    /// <summary>Gets the path of the log in the run's artifacts.</summary>
    public string LogName => place is null ? Run.UserLog : Run.LogOfProcess(place.Rank);

    /// <summary>Copies what the process writes to its log, until the end.</summary>
    public Task CopyLogAsync(CancellationToken cancellationToken) => process.Output.CopyToAsync(log, cancellationToken);

    /// <summary>Returns why the job failed with this process.</summary>
    /// <param name="run">The job, which has the log.</param>
    /// <param name="code">The exit code; null when the holder of the process was ended from outside.</param>
    public string Explain(Run run, int? code)
    {
        var who = place is null ? "The command" : $"Process {place.Rank} of {place.Size}";
        if (code is null)
        {
            var held = place is null ? "the command" : $"process {place.Rank} of {place.Size}";
            return $"The process that held {held} was ended from outside, so the job was ended.";
        }

        return $"{who} exited with code {code}{run.LastWords(place?.Rank)}. The log {LogName} says more.";
    }

    public async ValueTask DisposeAsync()
    {
        await process.ReleaseAsync();
        process.Dispose();
        if (place is { Rank: > 0 })
            await log.DisposeAsync();
    }
}
