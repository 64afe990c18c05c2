using Build.CommandLine;
using Build.Log;
using Build.Sessions;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Stops the emulator of this checkout; its jobs end with it, and its state is kept.</summary>
[TaskName("Stop-Emulator")]
[TaskDescription("Stops the workspace emulator of this checkout; running jobs end, its state is kept")]
[TaskExample("--target=Stop-Emulator", "it also stops by itself after 30 idle minutes")]
public sealed class StopEmulatorTask(EmulatorSession emulator) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        var stopped = await emulator.StopAsync(context);
        context.Report("Emulator", stopped is null ? "was not running" : "stopped");
        foreach (var job in stopped?.EndedJobs ?? [])
            context.ReportDetail("ended", $"job {job}: it failed; the same Train resumes it from its last checkpoint");
        foreach (var job in stopped?.KeptJobs ?? [])
            context.ReportDetail("kept", $"job {job}: it had not started; the next emulator runs it");
    }
}
