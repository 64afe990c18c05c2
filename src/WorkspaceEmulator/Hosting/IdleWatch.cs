using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Traffic;

namespace WorkspaceEmulator.Hosting;

/// <summary>Stops the emulator when nothing has used it for its idle time.</summary>
internal sealed class IdleWatch(
    ActivityClock clock,
    JobScheduler scheduler,
    EmulatorOptions options,
    IHostApplicationLifetime lifetime,
    TimeProvider time
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (lifetime.ApplicationStarted.Register(() => started.TrySetResult()))
        await using (stoppingToken.Register(() => started.TrySetResult()))
            await started.Task;
        clock.Touch(); // A start may take longer than the idle time.
        while (!stoppingToken.IsCancellationRequested)
        {
            if (scheduler.ActiveJobs > 0 || scheduler.HasSchedules)
                clock.Touch();
            var left = options.IdleTime - clock.Idle;
            if (left <= TimeSpan.Zero)
            {
                lifetime.StopApplication();
                return;
            }

            await Task.Delay(left < TimeSpan.FromSeconds(30) ? left : TimeSpan.FromSeconds(30), time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
