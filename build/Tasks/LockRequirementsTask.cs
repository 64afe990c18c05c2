using Build.CommandLine;
using Build.LocalRuntime;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Locks the Python packages of the GPU image, where a package index responds.</summary>
[TaskName("Lock-Requirements")]
[TaskDescription("Writes the hash of every Python package of the GPU image, dependencies included; needs Python 3.12 and the index")]
[TaskExample("--target=Lock-Requirements", "docker/gpu/requirements-locked.txt, after a change of requirements.txt")]
public sealed class LockRequirementsTask(IProcesses processes) : AsyncFrostingTask<BuildContext>
{
    private static readonly string Script = Path.Combine("docker", "lock_requirements.py");

    public override Task RunAsync(BuildContext context) =>
        processes.RunCheckedAsync(new ChildProcess("python3.12", [Script], context.Root), context.Cancellation);
}
