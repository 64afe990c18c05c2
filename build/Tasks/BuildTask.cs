using Build.CommandLine;
using Build.LocalRuntime;
using Build.Testing;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Compiles everything and refreshes the generated files.</summary>
[TaskName("Build")]
[TaskDescription("Compiles the solution and refreshes the files that are generated from it")]
[TaskExample("--target=Build", "compile, and refresh the generated files")]
public sealed class BuildTask(DotNet dotnet) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        await dotnet.BuildSolutionAsync(context);
        await GeneratedFiles.RefreshAsync(context);
    }
}
