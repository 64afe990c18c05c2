using System.Globalization;
using Experiments.Plans;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.Computes;

/// <summary>Waits for a cluster: pauses that grow, a line of progress now and then, and an end to it.</summary>
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
    private string doing = "";

    /// <summary>Says what is going on, once; the pauses are short again.</summary>
    public void Report(string nowDoing)
    {
        if (nowDoing == doing)
            return;
        doing = nowDoing;
        backoff.Reset();
        reported = time.GetElapsedTime(began);
        progress.Report(doing);
    }

    /// <exception cref="WorkspaceException">The deadline is over.</exception>
    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        var elapsed = time.GetElapsedTime(began);
        if (elapsed >= settings.Deadline)
        {
            throw new WorkspaceException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{doing} is not over after {settings.Deadline.TotalMinutes:0.##} min; it must be by then. The service goes on with it "
                        + $"(`az ml compute show --name {compute.Name} {CommandLine.WorkspaceOptions(address)}` tells how far it is): run again to wait on, "
                        + $"or wait longer with --compute-timeout={Math.Ceiling(settings.Deadline.TotalMinutes * 2):0}."
                )
            );
        }

        if (elapsed - reported >= settings.ReportInterval)
        {
            reported = elapsed;
            progress.Report(string.Create(CultureInfo.InvariantCulture, $"{doing}: {elapsed.TotalSeconds:0} s"));
        }

        var left = settings.Deadline - elapsed;
        var delay = backoff.Advance();
        await Task.Delay(delay < left ? delay : left, time, cancellationToken);
    }
}
