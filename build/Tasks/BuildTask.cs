using Build.Stages;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Compiles everything and refreshes the files that are generated from the sources.</summary>
[TaskName("Build")]
[TaskDescription("Compiles the solution and refreshes the files generated from it")]
[TaskExample("--target=Build", "compile, and refresh the generated files")]
public sealed class BuildTask : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        await context.DotNetAsync(
            "build",
            "ModelTraining.slnx",
            "--configuration",
            "Debug",
            "--nologo",
            "--verbosity",
            "quiet",
            "-nodeReuse:false"
        );
        foreach (var (path, text) in GeneratedFiles.All)
        {
            var target = Path.Combine(context.Root, path);
            var changed =
                !File.Exists(target)
                || !string.Equals(await File.ReadAllTextAsync(target, context.Cancellation), text, StringComparison.Ordinal);
            if (changed)
                await File.WriteAllTextAsync(target, text, context.Cancellation);
            context.Say((changed ? "written    " : "unchanged  ") + path);
        }
    }
}
