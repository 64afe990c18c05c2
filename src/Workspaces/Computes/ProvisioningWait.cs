using System.Globalization;
using Experiments.Plans;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.Computes;

/// <summary>Waits for a cluster with growing pauses, regular lines of progress, and a deadline.</summary>
internal sealed class ProvisioningWait(
    ComputePlan compute,
    WorkspaceAddress address,
    ProvisioningSettings settings,
    TimeProvider time,
    IProgress<string> progress
)
{
    private readonly long began = time.GetTimestamp();
    private readonly Backoff backoff = new(settings.ShortestPause, settings.LongestPause);
    private TimeSpan reported;
    private string activity = "";

    /// <summary>Reports the current activity when it changes, and restarts with the shortest pause.</summary>
    public void Report(string newActivity)
    {
        if (newActivity == activity)
            return;
        activity = newActivity;
        backoff.Reset();
        reported = time.GetElapsedTime(began);
        progress.Report(activity);
    }

    /// <summary>Waits for the next pause, and reports progress when it is due.</summary>
    /// <exception cref="WorkspaceException">The deadline has passed.</exception>
    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        var elapsed = time.GetElapsedTime(began);
        if (elapsed >= settings.Deadline)
        {
            throw new WorkspaceException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{activity} has not finished after {settings.Deadline.TotalMinutes:0.##} min; it must finish by then. "
                        + $"The service continues it (`az ml compute show --name {compute.Name} "
                        + $"{CommandLine.WorkspaceOptions(address)}` shows its state): run again to continue waiting, "
                        + $"or wait longer with --compute-timeout={Math.Ceiling(settings.Deadline.TotalMinutes * 2):0}."
                )
            );
        }

        if (elapsed - reported >= settings.ReportInterval)
        {
            reported = elapsed;
            progress.Report(string.Create(CultureInfo.InvariantCulture, $"{activity}: {elapsed.TotalSeconds:0} s"));
        }

        var left = settings.Deadline - elapsed;
        var delay = backoff.Advance();
        await Task.Delay(delay < left ? delay : left, time, cancellationToken);
    }
}
