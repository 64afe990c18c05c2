using Cake.Frosting;
using Workspaces.LocalEmulator;

namespace Build.Tasks;

/// <summary>Stops the emulator of this checkout; its jobs end with it, its state stays.</summary>
[TaskName("Stop-Emulator")]
[TaskDescription("Stops the workspace emulator of this checkout; jobs that run are ended, its state stays")]
[TaskExample("--target=Stop-Emulator", "it also stops by itself after 30 idle minutes")]
public sealed class StopEmulatorTask(TimeProvider time) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        var stopped = await new EmulatorLauncher(time).StopAsync(WorkspaceSession.EmulatorFolder(context), context.Cancellation);

        context.Say(stopped ? "Emulator     stopped" : "Emulator     was not running");
    }
}
