using Cake.Frosting;

namespace Build.Tasks;

/// <summary>What a person sees who types the command alone.</summary>
[TaskName("Default")]
[TaskDescription("Lists the targets, their arguments and examples")]
public sealed class DefaultTask(TaskCatalog catalog) : FrostingTask<BuildContext>
{
    public override void Run(BuildContext context)
    {
        context.Say("Trains object detectors on Azure Machine Learning, or on this machine against the workspace emulator.");
        context.Say("");
        context.Say("Targets (dotnet cake --target=NAME, or ./build.sh --target=NAME, which also sets up):");
        foreach (var task in catalog.Tasks)
        {
            context.Say($"  {task.Name, -19} {task.Description}");
            foreach (var argument in task.Arguments)
                context.Say($"      {argument, -27} {argument.Description}");
        }

        context.Say("");
        context.Say("Examples:");
        foreach (var example in catalog.Tasks.SelectMany(task => task.Examples))
            context.Say($"  dotnet cake {example.Arguments, -66} {example.Description}");
    }
}
