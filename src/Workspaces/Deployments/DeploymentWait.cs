using System.Globalization;
using Workspaces.Errors;
using Workspaces.Http;

namespace Workspaces.Deployments;

/// <summary>Waits for an operation with growing pauses and a deadline.</summary>
/// <param name="what">The operation, for messages.</param>
/// <param name="settings">Pauses and deadline.</param>
/// <param name="time">The clock.</param>
internal sealed class DeploymentWait(string what, DeploymentSettings settings, TimeProvider time)
{
    private readonly long began = time.GetTimestamp();
    private readonly Backoff backoff = new(settings.ShortestPause, settings.LongestPause);

    public TimeSpan Elapsed => time.GetElapsedTime(began);

    /// <summary>Waits for the next pause, or for the time that the service requests when that is longer.</summary>
    /// <exception cref="WorkspaceException">The deadline has passed.</exception>
    public Task PauseAsync(TimeSpan? asked, CancellationToken cancellationToken)
    {
        if (Elapsed >= settings.Deadline)
        {
            throw new WorkspaceException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what} has not finished after {settings.Deadline.TotalMinutes:0.##} min; it must finish by then. The service "
                        + $"continues it: run again to see its result."
                )
            );
        }

        var own = backoff.Advance();
        return Task.Delay(asked > own ? asked.Value : own, time, cancellationToken);
    }
}
