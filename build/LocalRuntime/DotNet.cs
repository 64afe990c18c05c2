using Cake.Core;

namespace Build.LocalRuntime;

/// <summary>Runs the .NET command line.</summary>
public sealed class DotNet(IProcesses processes)
{
    /// <summary>The configuration that the targets Build and Test compile.</summary>
    /// <remarks>
    /// It differs from the configuration of the running host, which leaves the analyzers out and must not be overwritten.
    /// </remarks>
    public const string Configuration = "Debug";

    /// <summary>The variable by which .NET counts what code does, to compile it better later; 0 turns that off.</summary>
    /// <remarks>
    /// It costs the compiler a quarter of its time. A program that lives for seconds, as most do that tests start, ends before that is paid
    /// back.
    /// </remarks>
    public const string CountingVariable = "DOTNET_TieredPGO";

    /// <summary>Compiles the whole solution.</summary>
    /// <exception cref="CakeException">The compilation failed.</exception>
    public Task BuildSolutionAsync(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        string[] arguments =
        [
            "build",
            "ModelTraining.slnx",
            "--configuration",
            Configuration,
            "--nologo",
            "--verbosity",
            "quiet",
            "-nodeReuse:false",
            // One compiler for all projects. It has a name of its own, so that it ends with this build: build/SharedCompiler.targets.
            "-property:UseSharedCompilation=true",
            $"-property:SharedCompilationId=model-training-{Environment.ProcessId}",
        ];
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal) { [CountingVariable] = "0" };
        return processes.RunCheckedAsync(new ChildProcess("dotnet", arguments, context.Root, variables), context.Cancellation);
    }
}
