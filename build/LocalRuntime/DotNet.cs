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

    /// <summary>Gets the variables of .NET programs that live for seconds, as the compiler and most that tests start.</summary>
    /// <remarks>
    /// .NET counts what code does, to compile it better later, and maps machine code twice, so that none is writable where it runs. Each
    /// costs the compiler a fifth of its time.
    /// </remarks>
    public static IReadOnlyDictionary<string, string?> ShortRunVariables { get; } =
        new Dictionary<string, string?>(StringComparer.Ordinal) { ["DOTNET_TieredPGO"] = "0", ["DOTNET_EnableWriteXorExecute"] = "0" };

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
            // A restore that evaluates the projects as one graph takes two thirds of the time.
            "-property:RestoreUseStaticGraphEvaluation=true",
            // The compiler has a name of its own, so that it can end with this build: build/SharedCompiler.targets.
            "-target:BuildWithOneCompiler",
            "-property:UseSharedCompilation=true",
            $"-property:SharedCompilationId=model-training-{Environment.ProcessId}",
        ];
        return processes.RunCheckedAsync(new ChildProcess("dotnet", arguments, context.Root, ShortRunVariables), context.Cancellation);
    }
}
