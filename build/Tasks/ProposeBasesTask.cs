using Build.CommandLine;
using Build.LocalRuntime;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Lists the base images that have a newer digest than the pinned one.</summary>
[TaskName("Propose-Bases")]
[TaskDescription("Lists the base images of the Dockerfiles whose tag leads to a newer digest; changes nothing")]
[TaskExample("--target=Propose-Bases", "the digests to review")]
public sealed class ProposeBasesTask(PythonRuntime python, IProcesses processes) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        var interpreter = await python.EnsureAsync(context);
        var script = Path.Combine("docker", "propose_bases.py");
        await processes.RunCheckedAsync(new ChildProcess(interpreter.Path, [script], context.Root), context.Cancellation);
    }
}
