using Build.CommandLine;
using Build.LocalRuntime;
using Build.Testing;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Compiles everything, refreshes the generated files and checks the style.</summary>
[TaskName("Build")]
[TaskDescription("Compiles the solution, refreshes the files that are generated from it, and checks layout, style and words")]
[TaskExample("--target=Build", "compile, refresh the generated files, check the style")]
public sealed class BuildTask(DotNet dotnet, StyleCheck style) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        await dotnet.BuildSolutionAsync(context);
        await GeneratedFiles.RefreshAsync(context);
        await style.RunAsync(context);
    }
}
