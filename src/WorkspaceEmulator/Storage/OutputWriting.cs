namespace WorkspaceEmulator.Storage;

/// <summary>Writes a job's outputs to their containers: while it runs, so that a lost node loses no checkpoint, and at its end.</summary>
/// <param name="outputs">The outputs, which are open.</param>
/// <param name="report">Receives what was written and what failed.</param>
/// <param name="time">The clock.</param>
internal sealed class OutputWriting(IReadOnlyList<BlobOutput> outputs, Action<string> report, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource ending = new();
    private Task loop = Task.CompletedTask;

    /// <summary>Begins to write what changes.</summary>
    public void Start()
    {
        if (outputs.Any(output => !output.IsUploaded))
            loop = WriteChangesAsync();
    }

    /// <summary>Writes the rest.</summary>
    /// <param name="isLost">Whether the job's node was taken away: outputs that are only written at the end are lost with it.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Why an output could not be written; null when all were.</returns>
    public async Task<string?> EndAsync(bool isLost, CancellationToken cancellationToken)
    {
        await ending.CancelAsync();
        await loop;
        string? first = null;
        foreach (var output in outputs.Where(output => !isLost || !output.IsUploaded))
        {
            try
            {
                var (count, fault) = await output.WriteAsync(isEnd: true, cancellationToken);
                if (fault is null)
                {
                    report($"Output '{output.Name}' is complete in its container; {count} blobs were written or deleted at the end.");
                    output.Close();
                    continue;
                }

                report($"Output '{output.Name}' could not be written: {fault}");
                first ??= $"Output '{output.Name}' could not be written: {fault}";
            }
            catch (OperationCanceledException)
            {
                report($"Output '{output.Name}' is incomplete: the job was ended while it was written.");
            }
        }

        return first;
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await loop;
        ending.Dispose();
    }

    private async Task WriteChangesAsync()
    {
        var failed = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            using var timer = new PeriodicTimer(Interval, time);
            while (await timer.WaitForNextTickAsync(ending.Token))
            {
                foreach (var output in outputs.Where(output => !output.IsUploaded))
                {
                    // Once is enough: the end of the job tries again, and fails the job.
                    if (await output.WriteAsync(isEnd: false, ending.Token) is { Fault: { } fault } && failed.Add(output.Name))
                        report($"Output '{output.Name}' could not be written: {fault}");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The job has ended.
        }
    }
}
