using System.Runtime.CompilerServices;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;
using Workspaces.Http;
using Workspaces.Logs;

namespace Workspaces.Sweeps;

/// <summary>Follows a sweep: yields its state whenever something may have changed.</summary>
/// <param name="workspace">The sweep's workspace.</param>
/// <param name="settings">Pace and patience; null: the defaults.</param>
/// <param name="timeProvider">Clock and timers; null: the system's.</param>
public sealed class SweepFollower(WorkspaceClient workspace, FollowSettings? settings = null, TimeProvider? timeProvider = null)
{
    private readonly FollowSettings settings = (settings ?? new FollowSettings()).Validated();
    private readonly TimeProvider time = timeProvider ?? TimeProvider.System;

    /// <summary>Follows a sweep until it ends.</summary>
    /// <param name="jobName">Name of the sweep.</param>
    /// <param name="sweep">What it compares.</param>
    /// <param name="cancellationToken">Stops following; the sweep itself keeps running.</param>
    /// <returns>Its states. The last one is final.</returns>
    /// <exception cref="WorkspaceException">The sweep does not exist, or the service did not respond for
    /// <see cref="FollowSettings.Patience"/>.</exception>
    public async IAsyncEnumerable<SweepState> FollowAsync(
        string jobName,
        SweepSettings sweep,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(jobName);
        var pace = new FollowPace(settings, time);
        var reader = new SweepReader(workspace);
        SweepState? before = null;
        while (true)
        {
            var now = await ReadAsync(reader, jobName, sweep, cancellationToken);
            yield return now;
            if (now.Status.IsTerminal())
                yield break;
            var happened = before is null || before.Status != now.Status || !before.Trials.SequenceEqual(now.Trials, TrialComparer);
            before = now;
            await Task.Delay(pace.Next(happened), time, cancellationToken);
        }
    }

    private static readonly EqualityComparer<Trial> TrialComparer = EqualityComparer<Trial>.Create(
        (first, second) => first?.Status == second?.Status && Equals(first?.Metric, second?.Metric) && first?.Step == second?.Step,
        trial => StringComparer.Ordinal.GetHashCode(trial.Name)
    );

    private async Task<SweepState> ReadAsync(SweepReader reader, string jobName, SweepSettings sweep, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var backoff = new Backoff(settings.ShortestInterval, settings.Patience / 4);
        while (true)
        {
            try
            {
                return await reader.ReadAsync(jobName, sweep, cancellationToken);
            }
            catch (Exception error)
                when (ServiceErrors.IsTransient(error, cancellationToken) && time.GetElapsedTime(began) + backoff.Next <= settings.Patience)
            {
                await Task.Delay(backoff.Advance(), time, cancellationToken);
            }
            catch (Exception error) when (ServiceErrors.Describe(error, cancellationToken) is { } described)
            {
                throw ServiceErrors.IsTransient(error, cancellationToken)
                    ? new WorkspaceException(
                        $"Following sweep '{jobName}' ended after {settings.Patience.TotalSeconds:0} s without a response; the sweep "
                            + $"itself keeps running. {described.Message}",
                        described.Status,
                        described.ErrorCode
                    )
                    : described;
            }
        }
    }
}
