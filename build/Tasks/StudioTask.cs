using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.Sessions;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Shows the jobs of the emulator, or fetched artifacts, in a browser.</summary>
[TaskName("Studio")]
[TaskDescription("Prints the address of a page that shows the jobs of the emulator, or fetched artifacts until Ctrl-C")]
[StudioArguments]
[EmulatorArguments]
[TaskExample("--target=Studio", "the jobs of the emulator, which it starts when needed")]
[TaskExample("--target=Studio --job=artifacts", "everything that was fetched, without the workspace")]
public sealed class StudioTask(StudioSession studio) : AsyncFrostingTask<BuildContext>
{
    public override Task RunAsync(BuildContext context) => studio.RunAsync(context);
}
